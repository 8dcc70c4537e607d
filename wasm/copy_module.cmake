# cmake -DMODULE=name -DFROM=folder -DTO=folder -P: copies what Emscripten made of a module into the package.
foreach(suffix IN ITEMS js wasm worker.js)
  if(EXISTS ${FROM}/${MODULE}.${suffix})
    configure_file(${FROM}/${MODULE}.${suffix} ${TO}/${MODULE}.${suffix} COPYONLY)
  endif()
endforeach()
file(TOUCH ${TO}/${MODULE}.wasm)
