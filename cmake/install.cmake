# What is installed: libraries, the headers of what was built, a CMake package and a pkg-config file.
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/messenger")
set(generated_dir "${CMAKE_CURRENT_BINARY_DIR}/package")
set(headers_dir "${PROJECT_SOURCE_DIR}/include/messenger")
get_property(components GLOBAL PROPERTY MESSENGER_LIBRARY_COMPONENTS)

# messenger_library_install(target component): a library with an export file of its own, so that a host that asks for one component needs
# nothing of the others.
function(messenger_library_install target component)
  install(TARGETS ${target} EXPORT messenger-${component}
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
  install(EXPORT messenger-${component} NAMESPACE messenger:: DESTINATION "${package_dir}")
endfunction()

# messenger_library_install_pkgconfig(name target REQUIRES … LIBS …): what a static library needs is linked by every user of it,
# what a shared one needs by nobody. No target: there are only headers.
function(messenger_library_install_pkgconfig name library)
  cmake_parse_arguments(PC "" "" "REQUIRES;PRIVATE_REQUIRES;PRIVATE_LIBS" ${ARGN})
  set(pc_name ${name})
  set(pc_definitions "${messenger_definitions}")
  list(TRANSFORM pc_definitions PREPEND " -D")
  set(pc_libs "")
  if(library)
    list(APPEND pc_libs "-l${library}")
  endif()
  if(NOT messenger_shared)
    list(APPEND pc_libs ${PC_PRIVATE_LIBS})
    list(APPEND PC_REQUIRES ${PC_PRIVATE_REQUIRES})
  endif()
  list(JOIN pc_libs " " pc_libs)
  list(JOIN PC_REQUIRES " " pc_requires)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    set(pc_libdir "${CMAKE_INSTALL_LIBDIR}")
  else()
    set(pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
  endif()
  if(IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
    set(pc_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
  else()
    set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
  endif()
  # The prefix is where the file lies: an installed tree may be moved.
  file(RELATIVE_PATH pc_prefix "/p/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/p")
  configure_file("${PROJECT_SOURCE_DIR}/cmake/messenger.pc.in" "${generated_dir}/${name}.pc" @ONLY)
  install(FILES "${generated_dir}/${name}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endfunction()

messenger_library_install(messenger_core core)
messenger_library_install_pkgconfig(messenger messenger PRIVATE_REQUIRES sqlite3 fmt PRIVATE_LIBS -lSQLiteCpp -ldl)
install(DIRECTORY "${headers_dir}/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/messenger" FILES_MATCHING PATTERN "*.hpp"
  REGEX "/messenger/(asio|http|console|testing)$" EXCLUDE
  REGEX "/messenger/adapters/(database|janus|postgres|prometheus|redis)(\\.hpp)?$" EXCLUDE)

set(component_packages "")
foreach(component IN LISTS components)
  get_property(packages GLOBAL PROPERTY MESSENGER_LIBRARY_PACKAGES_${component})
  get_property(public_packages GLOBAL PROPERTY MESSENGER_LIBRARY_PUBLIC_PACKAGES_${component})
  if(messenger_shared)
    set(packages "")
  endif()
  list(APPEND packages ${public_packages})
  if(packages)
    string(APPEND component_packages "set(messenger_${component}_packages ${packages})\n")
  endif()
  get_property(uses GLOBAL PROPERTY MESSENGER_LIBRARY_USES_${component})
  set(uses_pkgconfig ${uses})
  list(TRANSFORM uses_pkgconfig PREPEND messenger-)
  if(uses)
    string(APPEND component_packages "set(messenger_${component}_uses ${uses})\n")
  endif()
  messenger_library_install(messenger_${component} ${component})
  get_property(pkgconfig_packages GLOBAL PROPERTY MESSENGER_LIBRARY_PKGCONFIG_${component})
  get_target_property(type messenger_${component} TYPE)
  set(library messenger_${component})
  if(type STREQUAL "INTERFACE_LIBRARY")
    set(library "")
  endif()
  messenger_library_install_pkgconfig(messenger-${component} "${library}" REQUIRES messenger ${uses_pkgconfig}
                              PRIVATE_REQUIRES ${pkgconfig_packages})
  foreach(place ${component} adapters/${component})
    if(IS_DIRECTORY "${headers_dir}/${place}")
      # A command is for the console, and of no use without it.
      set(without "")
      if(NOT TARGET messenger_console)
        set(without PATTERN "*_command.hpp" EXCLUDE)
      endif()
      install(DIRECTORY "${headers_dir}/${place}/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/messenger/${place}" ${without})
    elseif(EXISTS "${headers_dir}/${place}.hpp")
      get_filename_component(folder "messenger/${place}" DIRECTORY)
      install(FILES "${headers_dir}/${place}.hpp" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/${folder}")
    endif()
  endforeach()
endforeach()

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/messengerConfig.cmake.in" "${generated_dir}/messengerConfig.cmake"
  INSTALL_DESTINATION "${package_dir}")
# Before 1.0 a minor version may change what a host sees.
write_basic_package_version_file("${generated_dir}/messengerConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${generated_dir}/messengerConfig.cmake" "${generated_dir}/messengerConfigVersion.cmake" DESTINATION "${package_dir}")

# All that is installed and nothing else, for who wants no tests and examples.
list(TRANSFORM components PREPEND messenger_ OUTPUT_VARIABLE installed)
add_custom_target(messenger_installed DEPENDS messenger_core ${installed})
if(TARGET messenger_cli)
  add_dependencies(messenger_installed messenger_cli)
  install(TARGETS messenger_cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
  install(FILES "${PROJECT_SOURCE_DIR}/docs/messenger.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
  # It finds the shared libraries wherever the tree is moved to.
  if(messenger_shared AND NOT CMAKE_INSTALL_RPATH)
    file(RELATIVE_PATH bin_to_lib "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBDIR}")
    set_target_properties(messenger_cli PROPERTIES INSTALL_RPATH "$ORIGIN/${bin_to_lib}")
  endif()
endif()
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/doc/messenger")
