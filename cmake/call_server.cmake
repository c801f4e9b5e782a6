# The example host examples/call_server needs libraries that nothing else here does.
include(CMakeDependentOption)
cmake_dependent_option(
  MESSENGER_CALL_SERVER "Build examples/call_server, a host with HTTP, WebSocket and a page (needs CLI11, and messenger::prometheus)" ON
  "MESSENGER_BUILD_EXAMPLES;MESSENGER_HTTP;MESSENGER_JANUS;MESSENGER_DATABASE;MESSENGER_PROMETHEUS" OFF)
if(MESSENGER_CALL_SERVER)
  find_package(CLI11 QUIET CONFIG)
  if(NOT CLI11_FOUND)
    message(FATAL_ERROR "examples/call_server needs CLI11 (Debian: libcli11-dev). "
                        "Install it, or build without: -DMESSENGER_CALL_SERVER=OFF")
  endif()
endif()
