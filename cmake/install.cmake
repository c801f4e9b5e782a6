# What is installed: libraries, the headers of what was built, a CMake package and a pkg-config file.
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/messenger")
set(generated_dir "${CMAKE_CURRENT_BINARY_DIR}/package")
set(headers_dir "${PROJECT_SOURCE_DIR}/include/messenger")
get_property(components GLOBAL PROPERTY MESSENGER_COMPONENTS)

# messenger_install(target component): a library with an export file of its own, so that a host that asks for one component needs
# nothing of the others.
function(messenger_install target component)
  install(TARGETS ${target} EXPORT messenger-${component}
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
  install(EXPORT messenger-${component} NAMESPACE messenger:: DESTINATION "${package_dir}")
endfunction()

# messenger_install_pkgconfig(name target REQUIRES … LIBS …): what a static library needs is linked by every user of it,
# what a shared one needs by nobody.
function(messenger_install_pkgconfig name library)
  cmake_parse_arguments(PC "" "" "REQUIRES;PRIVATE_REQUIRES;PRIVATE_LIBS" ${ARGN})
  set(pc_name ${name})
  set(pc_library ${library})
  set(pc_private "")
  if(MESSENGER_BUILD_SHARED)
    list(JOIN PC_REQUIRES " " pc_requires)
    set(pc_libs "-l${library}")
  else()
    list(JOIN PC_PRIVATE_LIBS " " pc_libs)
    set(pc_libs "-l${library} ${pc_libs}")
    list(APPEND PC_REQUIRES ${PC_PRIVATE_REQUIRES})
    list(JOIN PC_REQUIRES " " pc_requires)
  endif()
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

messenger_install(messenger core)
messenger_install_pkgconfig(messenger messenger PRIVATE_REQUIRES sqlite3 fmt PRIVATE_LIBS -lSQLiteCpp -ldl)
install(DIRECTORY "${headers_dir}/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/messenger" FILES_MATCHING PATTERN "*.hpp"
  REGEX "/messenger/(http|console|testing)$" EXCLUDE
  REGEX "/messenger/adapters/(database|janus|postgres|redis)(\\.hpp)?$" EXCLUDE)

set(component_packages "")
foreach(component IN LISTS components)
  get_property(packages GLOBAL PROPERTY MESSENGER_COMPONENT_PACKAGES_${component})
  if(packages AND NOT MESSENGER_BUILD_SHARED)
    string(APPEND component_packages "set(messenger_${component}_packages ${packages})\n")
  endif()
  get_property(uses GLOBAL PROPERTY MESSENGER_COMPONENT_USES_${component})
  set(uses_pkgconfig ${uses})
  list(TRANSFORM uses_pkgconfig PREPEND messenger-)
  if(uses)
    string(APPEND component_packages "set(messenger_${component}_uses ${uses})\n")
  endif()
  messenger_install(messenger_${component} ${component})
  get_property(pkgconfig_packages GLOBAL PROPERTY MESSENGER_COMPONENT_PKGCONFIG_${component})
  messenger_install_pkgconfig(messenger-${component} messenger_${component} REQUIRES messenger ${uses_pkgconfig}
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
add_custom_target(messenger_installed DEPENDS messenger ${installed})
if(TARGET messenger_cli)
  add_dependencies(messenger_installed messenger_cli)
endif()
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
