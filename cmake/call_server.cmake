# The example host examples/call_server needs libraries that nothing else here does. Not finished, so not built unless asked for:
# scripts/demo --web, .ci/browser and .ci/call_server do.
option(MESSENGER_CALL_SERVER "Build examples/call_server, a host with HTTP, WebSocket and a page (needs CLI11 and prometheus-cpp)" OFF)
if(MESSENGER_CALL_SERVER)
  if(NOT (MESSENGER_BUILD_EXAMPLES AND MESSENGER_HTTP AND MESSENGER_JANUS))
    message(FATAL_ERROR "MESSENGER_CALL_SERVER needs MESSENGER_BUILD_EXAMPLES, MESSENGER_HTTP and MESSENGER_JANUS")
  endif()
  find_package(CLI11 2.1 REQUIRED CONFIG)
  find_package(prometheus-cpp REQUIRED CONFIG)
endif()
