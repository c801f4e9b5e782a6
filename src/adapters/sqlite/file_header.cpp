#include "adapters/sqlite/file_header.hpp"

#include <fmt/format.h>

#include <fstream>
#include <string_view>

#include "messenger/errors.hpp"

namespace messenger::sqlite {

FileHeader::FileHeader(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw StorageUnavailable(fmt::format("{} cannot be read", path.string()));
  in.read(bytes_.data(), size);
  read_ = static_cast<std::size_t>(in.gcount());
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
