#include "adapters/sqlite/file_header.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "messenger/errors.hpp"

namespace messenger::inline v0::sqlite {

namespace {

/// A file opened by SQLite's file layer, for reading.
class VfsFile {
 public:
  VfsFile(sqlite3_vfs& vfs, const std::filesystem::path& path)
      : name_(fullName(vfs, path)), memory_(static_cast<std::size_t>(vfs.szOsFile)) {
    constexpr int flags = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READONLY;
    const int code = vfs.xOpen(&vfs, name_.get(), &file(), flags, nullptr);
    if (code == SQLITE_OK) return;
    const std::error_code why(vfs.xGetLastError(&vfs, 0, nullptr), std::generic_category());
    close();
    throw StorageUnavailable(fmt::format("{} cannot be read: {}", path.string(), why.message()));
  }
  ~VfsFile() { close(); }
  VfsFile(const VfsFile&) = delete;
  VfsFile& operator=(const VfsFile&) = delete;

  /// Returns how many bytes there were, or nothing when they cannot be read.
  [[nodiscard]] std::optional<std::size_t> read(char* into, std::size_t atMost) {
    sqlite3_int64 whole = 0;
    if (file().pMethods->xFileSize(&file(), &whole) != SQLITE_OK) return std::nullopt;
    const auto count = static_cast<std::size_t>(std::min(whole, static_cast<sqlite3_int64>(atMost)));
    if (count == 0) return count;
    if (file().pMethods->xRead(&file(), into, static_cast<int>(count), 0) != SQLITE_OK) return std::nullopt;
    return count;
  }

 private:
  struct Free {
    void operator()(const char* name) const noexcept { sqlite3_free_filename(const_cast<char*>(name)); }
  };
  using Name = std::unique_ptr<const char, Free>;

  static Name fullName(sqlite3_vfs& vfs, const std::filesystem::path& path) {
    std::string full(static_cast<std::size_t>(vfs.mxPathname) + 1, '\0');
    const int code = vfs.xFullPathname(&vfs, path.c_str(), static_cast<int>(full.size()), full.data());
    if ((code & 0xff) != SQLITE_OK) {
      throw StorageUnavailable(fmt::format("{} cannot be read: its path cannot be followed", path.string()));
    }
    Name name(sqlite3_create_filename(full.c_str(), "", "", 0, nullptr));
    if (!name) throw std::bad_alloc();
    return name;
  }

  [[nodiscard]] sqlite3_file& file() noexcept { return *reinterpret_cast<sqlite3_file*>(memory_.data()); }
  void close() noexcept {
    if (file().pMethods != nullptr) file().pMethods->xClose(&file());
  }

  Name name_;
  std::vector<std::byte> memory_;
};

}  // namespace

FileHeader::FileHeader(const std::filesystem::path& path) {
  sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
  if (vfs == nullptr) throw StorageUnavailable("SQLite has no file layer here");
  const auto count = VfsFile(*vfs, path).read(bytes_.data(), size);
  if (!count) throw StorageUnavailable(fmt::format("{} cannot be read", path.string()));
  read_ = *count;
}

bool FileHeader::isSqlite() const noexcept {
  constexpr std::string_view magic{"SQLite format 3\0", 16};
  return read_ == size && std::string_view{bytes_.data(), magic.size()} == magic;
}

std::int64_t FileHeader::number(std::size_t at) const noexcept {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 8U | static_cast<std::uint32_t>(static_cast<unsigned char>(bytes_[at + i]));
  }
  return static_cast<std::int32_t>(value);
}

}  // namespace messenger::sqlite
