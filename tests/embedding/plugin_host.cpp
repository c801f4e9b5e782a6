// Loads a plug-in, uses it and unloads it, twice: afterwards nothing of it is in memory.
//   plugin_host PLUGIN DATABASE
#include <dlfcn.h>

#include <fstream>
#include <iostream>
#include <string>

namespace {

bool isMapped(const std::string& path) {
  std::ifstream maps{"/proc/self/maps"};
  for (std::string line; std::getline(maps, line);) {
    if (line.find(path) != std::string::npos) return true;
  }
  return false;
}

int useOnce(const std::string& path, const char* database) {
  void* plugin = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (plugin == nullptr) {
    std::cerr << ::dlerror() << '\n';
    return 1;
  }
  const auto use = reinterpret_cast<int (*)(const char*)>(::dlsym(plugin, "useLibrary"));
  if (const int failed = use == nullptr ? 3 : use(database); failed != 0) {
    std::cerr << "the plug-in failed: " << failed << '\n';
    return 1;
  }
  ::dlclose(plugin);
  if (::dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD) != nullptr || isMapped(path)) {
    std::cerr << "the plug-in is still loaded after dlclose\n";
    return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  for (int time = 0; time < 2; ++time) {
    if (const int failed = useOnce(argv[1], argv[2]); failed != 0) return failed;
  }
  std::cout << "loaded, used and unloaded, twice\n";
  return 0;
}
