# Flags for our own code; never for those who link it.
add_library(messenger_build_flags INTERFACE)
target_compile_features(messenger_build_flags INTERFACE cxx_std_20)
# A unique symbol would keep a plug-in that contains the library loaded for ever.
target_compile_options(messenger_build_flags INTERFACE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
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
  # clang 14 cannot assemble coroutines with it ("Cannot represent a difference across sections").
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND MESSENGER_SANITIZE MATCHES "undefined")
    target_compile_options(messenger_build_flags INTERFACE -fno-sanitize=function)
  endif()
  target_link_options(messenger_build_flags INTERFACE -fsanitize=${MESSENGER_SANITIZE})
endif()

if(messenger_shared)
  set(messenger_kind SHARED)
  set(messenger_definitions "")
else()
  set(messenger_kind STATIC)
  set(messenger_definitions MESSENGER_STATIC)
endif()
target_compile_definitions(messenger_build_flags INTERFACE ${messenger_definitions})

function(messenger_library_configure target)
  set_target_properties(${target} PROPERTIES CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON
                                             CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  if(NOT CMAKE_CXX_STANDARD GREATER 20)
    set_target_properties(${target} PROPERTIES CXX_STANDARD 20)
  endif()
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:messenger_build_flags>)
  if(MESSENGER_CLANG_TIDY)
    set_target_properties(${target} PROPERTIES CXX_CLANG_TIDY "${MESSENGER_CLANG_TIDY}")
  endif()
endfunction()

# messenger_library_properties(target name): the names and versions of a library that is installed. The soname has the number of the
# binary interface (docs/versioning.md).
function(messenger_library_properties target name)
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} VERSION ${MESSENGER_ABI_VERSION}.${PROJECT_VERSION_MINOR}.${PROJECT_VERSION_PATCH}
                                             SOVERSION ${MESSENGER_ABI_VERSION})
  if(messenger_shared AND NOT CMAKE_INSTALL_RPATH)
    set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN")
  endif()
  # What a shared library took in from static ones stays inside: a host may have another version of the same.
  if(messenger_shared AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
    target_link_options(${target} PRIVATE "LINKER:--exclude-libs,ALL")
  endif()
endfunction()

# messenger_library_private(name OBJECTS … LINKS …): messenger_private_<name> is the same library for our own tests, with what a
# shared one hides.
function(messenger_library_private name)
  cmake_parse_arguments(PART "" "" "OBJECTS;LINKS" ${ARGN})
  set(target messenger_private_${name})
  if(NOT messenger_shared)
    add_library(${target} ALIAS messenger_${name})
    return()
  endif()
  add_library(${target} STATIC EXCLUDE_FROM_ALL ${PART_OBJECTS})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}/include")
  target_link_libraries(${target} PUBLIC tl::expected Threads::Threads fmt::fmt ${PART_LINKS})
endfunction()

# messenger_library_layer(name SOURCES … [LINKS …]): one layer of the library. Each is compiled on its own and sees the public
# headers and the private ones under src/; which layers its includes may name is held by scripts/check_layers.py.
function(messenger_library_layer name)
  cmake_parse_arguments(LAYER "" "" "SOURCES;LINKS" ${ARGN})
  set(target messenger_layer_${name})
  add_library(${target} OBJECT ${LAYER_SOURCES})
  messenger_library_configure(${target})
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(${target} PRIVATE tl::expected fmt::fmt Threads::Threads ${LAYER_LINKS})
endfunction()

# messenger_library_component(name SOURCES … [LINKS …] [PACKAGES …] [PRIVATE_REQUIRES …]): an optional library messenger::name on top
# of the core. PACKAGES are the find_package names, PRIVATE_REQUIRES the pkg-config ones, that a user of it needs too when it is
# static. What is only headers stays inside: who links us need not have it.
function(messenger_library_component name)
  cmake_parse_arguments(PART "" "" "SOURCES;LINKS;PACKAGES;PRIVATE_REQUIRES" ${ARGN})
  set(target messenger_${name})
  add_library(${target} ${messenger_kind} ${PART_SOURCES})
  add_library(messenger::${name} ALIAS ${target})
  messenger_library_configure(${target})
  messenger_library_properties(${target} ${name})
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  list(TRANSFORM PART_LINKS REPLACE "^(nlohmann_json::nlohmann_json|CLI11::CLI11|Boost::headers)$" "$<BUILD_INTERFACE:\\1>")
  target_link_libraries(${target} PUBLIC messenger_core PRIVATE fmt::fmt ${PART_LINKS})
  if(messenger_shared)
    target_link_libraries(${target} PRIVATE messenger_inside)
  endif()
  messenger_library_private(${name} OBJECTS $<TARGET_OBJECTS:${target}> LINKS messenger_private_core ${PART_LINKS})
  set_property(GLOBAL APPEND PROPERTY MESSENGER_LIBRARY_COMPONENTS ${name})
  set_property(GLOBAL PROPERTY MESSENGER_LIBRARY_PACKAGES_${name} ${PART_PACKAGES})
  set_property(GLOBAL PROPERTY MESSENGER_LIBRARY_PKGCONFIG_${name} ${PART_PRIVATE_REQUIRES})
endfunction()

# messenger_library_headers(name LINKS … PACKAGES …): a component that has only headers. Who uses it needs the PACKAGES, too.
function(messenger_library_headers name)
  cmake_parse_arguments(PART "" "" "LINKS;PACKAGES" ${ARGN})
  set(target messenger_${name})
  add_library(${target} INTERFACE)
  add_library(messenger::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_link_libraries(${target} INTERFACE messenger_core ${PART_LINKS})
  set_property(GLOBAL APPEND PROPERTY MESSENGER_LIBRARY_COMPONENTS ${name})
  set_property(GLOBAL PROPERTY MESSENGER_LIBRARY_PUBLIC_PACKAGES_${name} ${PART_PACKAGES})
endfunction()

# messenger_library_component_uses(name other): a component that needs another one, which a host gets along with it.
function(messenger_library_component_uses name other)
  target_link_libraries(messenger_${name} PUBLIC messenger_${other})
  if(messenger_shared)
    target_link_libraries(messenger_private_${name} PUBLIC messenger_private_${other})
  endif()
  set_property(GLOBAL APPEND PROPERTY MESSENGER_LIBRARY_USES_${name} ${other})
endfunction()

# messenger_asio_coroutines(target): Boost.Asio 1.74 does not know that clang has the coroutines of C++20.
function(messenger_asio_coroutines target)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND Boost_VERSION VERSION_LESS 1.77)
    target_compile_definitions(${target} PUBLIC BOOST_ASIO_HAS_CO_AWAIT BOOST_ASIO_HAS_STD_COROUTINE)
  endif()
endfunction()
