# The example host examples/call_server needs libraries that nothing else here does.
include(CMakeDependentOption)
cmake_dependent_option(
  MESSENGER_CALL_SERVER "Build examples/call_server, a host with HTTP, WebSocket and a page (needs CLI11 and prometheus-cpp)" ON
  "MESSENGER_BUILD_EXAMPLES;MESSENGER_HTTP;MESSENGER_JANUS;MESSENGER_DATABASE" OFF)
if(MESSENGER_CALL_SERVER)
  foreach(package CLI11 prometheus-cpp)
    find_package(${package} QUIET CONFIG)
    if(NOT ${package}_FOUND)
      message(FATAL_ERROR "examples/call_server needs ${package} (Debian: libcli11-dev, prometheus-cpp-dev). "
                          "Install it, or build without: -DMESSENGER_CALL_SERVER=OFF")
    endif()
  endforeach()
endif()
