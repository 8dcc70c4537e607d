# Toolchain: Emscripten, as Debian installs it or as EMSDK says.
if(DEFINED ENV{EMSDK})
  set(emscripten_root $ENV{EMSDK}/upstream/emscripten)
else()
  set(emscripten_root /usr/share/emscripten)
endif()
# Debian keeps the JavaScript optimiser's parser outside Emscripten's own folder.
if(NOT DEFINED ENV{NODE_PATH})
  set(ENV{NODE_PATH} /usr/share/nodejs)
endif()
include(${emscripten_root}/cmake/Modules/Platform/Emscripten.cmake)
