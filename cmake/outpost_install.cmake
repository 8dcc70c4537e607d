# `cmake --install` gives the program, the libraries with their headers, and find_package(outpost).
include(CMakePackageConfigHelpers)

foreach(part IN ITEMS core threads host)
  set_target_properties(outpost_${part} PROPERTIES EXPORT_NAME ${part})
  install(TARGETS outpost_${part} EXPORT outpost_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endforeach()
install(DIRECTORY core/include/ core/threads/include/ core/host/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/outpost)
install(EXPORT outpost_targets NAMESPACE outpost:: DESTINATION ${package})
configure_package_config_file(cmake/outpost-config.cmake.in outpost-config.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(outpost-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/outpost-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/outpost-config-version.cmake
        DESTINATION ${package})
