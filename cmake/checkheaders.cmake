# Every header compiles alone: the first header that a source names is compiled before anything else, where sources are compiled one
# by one; the other headers have a source of their own here. And none defines what two sources would define twice: two sources that
# include all public ones are linked into one program. CMake looks for headers by itself: a new one is in.
set(checked_dir "${CMAKE_CURRENT_BINARY_DIR}/checkheaders")

# The headers that come first in a source of ours.
file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/*.cpp")
set(first_headers "")
foreach(source IN LISTS sources)
  file(STRINGS "${source}" first LIMIT_COUNT 1 REGEX "^#include ")
  if(first MATCHES "^#include \"(.*)\"")
    list(APPEND first_headers "${CMAKE_MATCH_1}")
  endif()
endforeach()

# messenger_header_sources(result root folder): writes a source for each header below root/folder that was built and comes first
# nowhere. All that were built are in `result`_all, as text.
function(messenger_header_sources result root folder)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE "${root}" "${root}/${folder}/*.hpp")
  set(sources "")
  set(all "")
  foreach(header IN LISTS headers)
    string(REGEX MATCH "(asio|http|console|testing|janus|postgres|prometheus|redis)(/|\\.hpp$)" component "${header}")
    if(component AND NOT TARGET messenger_${CMAKE_MATCH_1})
      continue()
    endif()
    string(APPEND all "#include \"${header}\"\n")
    if(header IN_LIST first_headers)
      continue()
    endif()
    string(MAKE_C_IDENTIFIER "${header}" name)
    file(CONFIGURE OUTPUT "${checked_dir}/${name}.cpp" CONTENT "#include \"${header}\"\n")
    list(APPEND sources "${checked_dir}/${name}.cpp")
  endforeach()
  set(${result} ${sources} PARENT_SCOPE)
  set(${result}_all "${all}" PARENT_SCOPE)
endfunction()

# All are named twice, so that one without an include guard does not pass.
messenger_header_sources(public "${PROJECT_SOURCE_DIR}/include" messenger)
file(CONFIGURE OUTPUT "${checked_dir}/all.cpp" CONTENT "@public_all@\n@public_all@" @ONLY)
file(CONFIGURE OUTPUT "${checked_dir}/main.cpp" CONTENT "@public_all@\nint main() { return 0; }\n" @ONLY)
add_executable(checkheaders ${public} "${checked_dir}/all.cpp" "${checked_dir}/main.cpp")
messenger_library_configure(checkheaders)
target_link_libraries(checkheaders PRIVATE messenger_core)
if(TARGET messenger_asio)
  target_link_libraries(checkheaders PRIVATE messenger_asio)
endif()
add_test(NAME "headers: each compiles alone and defines nothing twice" COMMAND checkheaders)

# Private headers may name third-party ones; what was found for the rooms is found for them.
messenger_header_sources(private "${PROJECT_SOURCE_DIR}/src" .)
file(CONFIGURE OUTPUT "${checked_dir}/private.cpp" CONTENT "@private_all@\n@private_all@" @ONLY)
add_library(checkheaders_private OBJECT ${private} "${checked_dir}/private.cpp")
messenger_library_configure(checkheaders_private)
target_include_directories(checkheaders_private PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include")
target_link_libraries(checkheaders_private PRIVATE tl::expected fmt::fmt Threads::Threads SQLiteCpp)
foreach(target nlohmann_json::nlohmann_json CLI11::CLI11 Boost::headers CURL::libcurl OpenSSL::Crypto PostgreSQL::PostgreSQL OpenSSL::SSL)
  if(TARGET ${target})
    target_link_libraries(checkheaders_private PRIVATE ${target})
  endif()
endforeach()

set_target_properties(checkheaders checkheaders_private PROPERTIES UNITY_BUILD OFF)
# Nobody debugs these: half the work is saved.
target_compile_options(checkheaders PRIVATE -g0)
target_compile_options(checkheaders_private PRIVATE -g0)
