# SPDX-License-Identifier: Apache-2.0
#
# What `cmake --install` puts where, and how another project finds it: find_package(relata) gives
# relata::core, relata::relata and relata::capi; pkg-config gives relata (C) and relata_cpp (C++).

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/relata)

install(DIRECTORY include/relata DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.h)
install(TARGETS relata_core relata EXPORT relataTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET relata_capi)
  install(TARGETS relata_capi EXPORT relataTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(FILES capi/relata.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endif()
if(TARGET relata_command)
  install(TARGETS relata_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

# The suite for whoever writes a store: find_package(relata COMPONENTS testing), with GoogleTest.
if(TARGET relata_testing)
  install(TARGETS relata_testing EXPORT relataTestingTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT relataTestingTargets NAMESPACE relata:: DESTINATION ${cmake_dir})
endif()

install(EXPORT relataTargets NAMESPACE relata:: DESTINATION ${cmake_dir})
configure_package_config_file(src/cmake/relataConfig.cmake.in
  ${PROJECT_BINARY_DIR}/relataConfig.cmake INSTALL_DESTINATION ${cmake_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/relataConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/relataConfig.cmake
  ${PROJECT_BINARY_DIR}/relataConfigVersion.cmake DESTINATION ${cmake_dir})

set(pkgconfig_files relata_cpp.pc)
if(TARGET relata_capi)
  list(APPEND pkgconfig_files relata.pc)
endif()
# Relative to the file itself, so that an installed tree can be moved.
file(RELATIVE_PATH pkgconfig_to_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
string(REGEX REPLACE "/$" "" pkgconfig_to_prefix ${pkgconfig_to_prefix})
set(pkgconfig_postgres)
if(RELATA_POSTGRES)
  set(pkgconfig_postgres " libpq")
endif()
set(pkgconfig_xgboost)  # it comes without a .pc file of its own
if(RELATA_XGBOOST AND XGBOOST_INCLUDE AND XGBOOST_LIBRARY)
  set(pkgconfig_xgboost " -lxgboost")
endif()
foreach(file IN LISTS pkgconfig_files)
  configure_file(src/cmake/${file}.in ${PROJECT_BINARY_DIR}/${file} @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${file} DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
