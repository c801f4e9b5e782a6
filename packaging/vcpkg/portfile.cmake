# An overlay port: vcpkg install messenger --overlay-ports=packaging/vcpkg. It builds the checkout that it lies in.
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)

vcpkg_check_features(OUT_FEATURE_OPTIONS FEATURE_OPTIONS
  FEATURES
    asio MESSENGER_ASIO
    http MESSENGER_HTTP
    console MESSENGER_CONSOLE
    janus MESSENGER_JANUS
    postgres MESSENGER_POSTGRES
    redis MESSENGER_REDIS
    prometheus MESSENGER_PROMETHEUS
    database MESSENGER_DATABASE
    testing MESSENGER_TESTING
)

vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS
    ${FEATURE_OPTIONS}
    -DMESSENGER_INSTALL=ON
    -DMESSENGER_BUILD_TESTS=OFF
    -DMESSENGER_BUILD_EXAMPLES=OFF
    -DMESSENGER_BUILD_BENCH=OFF
    -DMESSENGER_WARNINGS=OFF
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/messenger)
vcpkg_fixup_pkgconfig()
if("console" IN_LIST FEATURES)
  vcpkg_copy_tools(TOOL_NAMES messenger AUTO_CLEAN)
endif()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
