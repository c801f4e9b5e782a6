# Every header compiles alone and twice over: each has a source of its own here. The public ones are linked into one program together
# with a source that includes them all, so that a header which defines what two sources would define twice does not pass.
# CMake looks for headers by itself: a new one is in.
set(checked_dir "${CMAKE_CURRENT_BINARY_DIR}/checkheaders")

# messenger_header_sources(result root folder): writes a source for each header below root/folder that was built.
function(messenger_header_sources result root folder)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE "${root}" "${root}/${folder}/*.hpp")
  set(sources "")
  set(all "")
  foreach(header IN LISTS headers)
    string(REGEX MATCH "(http|console|testing|janus|postgres|redis)(/|\\.hpp$)" component "${header}")
    if(component AND NOT TARGET messenger_${CMAKE_MATCH_1})
      continue()
    endif()
    string(MAKE_C_IDENTIFIER "${header}" name)
    file(CONFIGURE OUTPUT "${checked_dir}/${name}.cpp" CONTENT "#include \"${header}\"\n\n#include \"${header}\"\n")
    list(APPEND sources "${checked_dir}/${name}.cpp")
    string(APPEND all "#include \"${header}\"\n")
  endforeach()
  set(${result} ${sources} PARENT_SCOPE)
  set(${result}_all "${all}" PARENT_SCOPE)
endfunction()

messenger_header_sources(public "${PROJECT_SOURCE_DIR}/include" messenger)
file(CONFIGURE OUTPUT "${checked_dir}/all.cpp" CONTENT "@public_all@\nint main() { return 0; }\n" @ONLY)
add_executable(checkheaders ${public} "${checked_dir}/all.cpp")
messenger_configure(checkheaders)
target_link_libraries(checkheaders PRIVATE messenger)
add_test(NAME "headers: each compiles alone and defines nothing twice" COMMAND checkheaders)

# Private headers may name third-party ones; what was found for the rooms is found for them.
messenger_header_sources(private "${PROJECT_SOURCE_DIR}/src" .)
add_library(checkheaders_private OBJECT ${private})
messenger_configure(checkheaders_private)
target_include_directories(checkheaders_private PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include")
target_link_libraries(checkheaders_private PRIVATE tl::expected fmt::fmt Threads::Threads SQLiteCpp)
foreach(target nlohmann_json::nlohmann_json CLI11::CLI11 Boost::headers CURL::libcurl OpenSSL::Crypto)
  if(TARGET ${target})
    target_link_libraries(checkheaders_private PRIVATE ${target})
  endif()
endforeach()

set_target_properties(checkheaders checkheaders_private PROPERTIES UNITY_BUILD OFF)
# Nobody debugs these: half the work is saved.
target_compile_options(checkheaders PRIVATE -g0)
target_compile_options(checkheaders_private PRIVATE -g0)
