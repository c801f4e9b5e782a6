# Flags for our own code; never for those who link it.
add_library(messenger_build_flags INTERFACE)
target_compile_features(messenger_build_flags INTERFACE cxx_std_20)
if(MESSENGER_WARNINGS)
  target_compile_options(messenger_build_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
endif()
# g++ 12 sees overlapping copies in `"text" + std::string` once it optimises (GCC bug 105651); 13 does not.
if(MESSENGER_WARNINGS AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(messenger_build_flags INTERFACE $<$<CONFIG:Release>:-Wno-restrict>)
endif()
if(MESSENGER_WERROR)
  target_compile_options(messenger_build_flags INTERFACE -Werror)
endif()
if(MESSENGER_SANITIZE)
  target_compile_options(messenger_build_flags INTERFACE -fsanitize=${MESSENGER_SANITIZE} -fno-omit-frame-pointer
                                                        -fno-sanitize-recover=all)
  target_link_options(messenger_build_flags INTERFACE -fsanitize=${MESSENGER_SANITIZE})
endif()

function(messenger_configure target)
  set_target_properties(${target} PROPERTIES CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
                                             POSITION_INDEPENDENT_CODE ON)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:messenger_build_flags>)
  if(MESSENGER_CLANG_TIDY)
    set_target_properties(${target} PROPERTIES CXX_CLANG_TIDY "${MESSENGER_CLANG_TIDY}")
  endif()
endfunction()

# messenger_library_properties(target name): the name and version of an installed library. Before 1.0 a minor
# version may change the binary interface, so it is part of the soname.
function(messenger_library_properties target name)
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} VERSION ${PROJECT_VERSION}
                                             SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  # What a shared library took in from static ones stays inside: a host may have another version of the same.
  if(MESSENGER_BUILD_SHARED AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
    target_link_options(${target} PRIVATE "LINKER:--exclude-libs,ALL")
  endif()
endfunction()

# messenger_layer(name SOURCES … [LINKS …]): one layer of the library. Each is compiled on its own and sees the public headers and the
# private ones under src/; which layers its includes may name is held by scripts/check_layers.py.
function(messenger_layer name)
  cmake_parse_arguments(LAYER "" "" "SOURCES;LINKS" ${ARGN})
  set(target messenger_layer_${name})
  add_library(${target} OBJECT ${LAYER_SOURCES})
  messenger_configure(${target})
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(${target} PRIVATE tl::expected fmt::fmt Threads::Threads ${LAYER_LINKS})
endfunction()

# messenger_component(name SOURCES … [LINKS …] [PACKAGES …] [PRIVATE_REQUIRES …]): an optional library messenger::name on top of the
# core. PACKAGES are the find_package names, PRIVATE_REQUIRES the pkg-config ones, that a user of it needs too when it is static. What is only headers stays inside: who links us need not have it.
function(messenger_component name)
  cmake_parse_arguments(PART "" "" "SOURCES;LINKS;PACKAGES;PRIVATE_REQUIRES" ${ARGN})
  set(target messenger_${name})
  if(MESSENGER_BUILD_SHARED)
    add_library(${target} SHARED ${PART_SOURCES})
  else()
    add_library(${target} STATIC ${PART_SOURCES})
  endif()
  add_library(messenger::${name} ALIAS ${target})
  messenger_configure(${target})
  messenger_library_properties(${target} ${name})
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  list(TRANSFORM PART_LINKS REPLACE "^(nlohmann_json::nlohmann_json|CLI11::CLI11|Boost::headers)$" "$<BUILD_INTERFACE:\\1>")
  target_link_libraries(${target} PUBLIC messenger PRIVATE fmt::fmt ${PART_LINKS})
  set_property(GLOBAL APPEND PROPERTY MESSENGER_COMPONENTS ${name})
  set_property(GLOBAL PROPERTY MESSENGER_COMPONENT_PACKAGES_${name} ${PART_PACKAGES})
  set_property(GLOBAL PROPERTY MESSENGER_COMPONENT_PKGCONFIG_${name} ${PART_PRIVATE_REQUIRES})
endfunction()

# messenger_component_uses(name other): a component that needs another one, which a host gets along with it.
function(messenger_component_uses name other)
  target_link_libraries(messenger_${name} PUBLIC messenger_${other})
  set_property(GLOBAL APPEND PROPERTY MESSENGER_COMPONENT_USES_${name} ${other})
endfunction()
