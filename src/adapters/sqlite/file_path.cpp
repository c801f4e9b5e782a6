#include "adapters/sqlite/file_path.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "messenger/errors.hpp"

namespace messenger::inline v0::sqlite {

namespace {

namespace fs = std::filesystem;

/// The longest name that SQLite makes of a database's.
constexpr std::string_view companion = "-journal";

[[noreturn]] void throwTooLong(const fs::path& path, std::string_view what, std::size_t has, long atMost) {
  throw StorageUnavailable(
      fmt::format("{}: the {} is too long: it has {} bytes, at most {} are possible here", path.string(),
                  what, has, atMost));
}

}  // namespace

void requireShortEnough(const fs::path& path) {
  constexpr auto added = static_cast<long>(companion.size());
  const std::size_t whole = path.native().size();
  const sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
  if (vfs != nullptr && whole + companion.size() > static_cast<std::size_t>(vfs->mxPathname))
    throwTooLong(path, "path", whole, vfs->mxPathname - added);

  const std::size_t name = path.filename().native().size();
  const long longest = ::pathconf(path.parent_path().c_str(), _PC_NAME_MAX);  // negative: not known
  if (longest > 0 && name + companion.size() > static_cast<std::size_t>(longest))
    throwTooLong(path, "name", name, longest - added);
}

void requirePlace(const fs::path& path) {
  requireShortEnough(path);
  const fs::path folder = path.parent_path();
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    const bool missing = !error || error == std::errc::no_such_file_or_directory;
    throw StorageUnavailable(
        fmt::format("{}: the folder {} {}", path.string(), folder.string(),
                    missing ? std::string{"does not exist"} : "cannot be used: " + error.message()));
  }
  // Opening a named pipe would wait for somebody to write into it.
  if (fs::exists(path, error) && !fs::is_regular_file(path, error)) {
    throw StorageUnavailable(fmt::format("{} is not an ordinary file", path.string()));
  }
}

FileIdentity::FileIdentity(fs::path path) : path_(std::move(path)) {
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) {
    throw StorageUnavailable(fmt::format("{} cannot be found: {}", path_.string(),
                                         std::error_code(errno, std::generic_category()).message()));
  }
  device_ = status.st_dev;
  inode_ = status.st_ino;
}

void FileIdentity::requireUnchanged() const {
  struct stat status {};
  const bool found = ::stat(path_.c_str(), &status) == 0;
  if (found && status.st_dev == device_ && status.st_ino == inode_) return;
  throw StorageUnavailable(
      fmt::format("{} was {} while it was open: put the file back, or open the storage again", path_.string(),
                  found ? "replaced by another file" : "deleted or moved"));
}

void RecentFileCheck::requireUnchanged() {
  const Time now = std::chrono::steady_clock::now();
  const Time looked = looked_.load(std::memory_order_relaxed);
  if (looked != Time::min() && now - looked < validFor) return;
  file_.requireUnchanged();
  looked_.store(now, std::memory_order_relaxed);
}

}  // namespace messenger::sqlite
