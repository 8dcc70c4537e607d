# outpost_test(NAME sources...): a Catch2 program linked with outpost::test_support.
function(outpost_test name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE outpost::test_support outpost_flags)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  if(EMSCRIPTEN)
    # Catch2 needs exceptions, the core under test has none. Newer Emscripten has a stack of 64 KiB by default.
    target_compile_options(${name} PRIVATE -fexceptions)
    target_link_options(${name} PRIVATE -fexceptions -sALLOW_MEMORY_GROWTH=1 -sEXIT_RUNTIME=1
      $<$<VERSION_GREATER_EQUAL:${EMSCRIPTEN_VERSION},3.1.25>:-sSTACK_SIZE=2MB>)
  endif()
  if(EMSCRIPTEN)
    add_test(NAME ${name} COMMAND node ${PROJECT_SOURCE_DIR}/tests/support/run_wasm.cjs $<TARGET_FILE:${name}>)
  else()
    add_test(NAME ${name} COMMAND ${name})
  endif()
endfunction()
