#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "http_message.hpp"

namespace call_server {

/// The page: `/`, `/style.css` and its like, `/app/…`, and the two libraries from npm below `/vendor/`.
/// Nothing else in the folder is served. Thread-safe.
class StaticFiles {
 public:
  /// `connect`: further addresses that the page may connect to, for its Content-Security-Policy.
  StaticFiles(std::filesystem::path folder, const std::string& connect);

  /// Empty when the path is not served.
  [[nodiscard]] std::optional<Response> find(std::string_view path) const;

 private:
  [[nodiscard]] std::optional<std::filesystem::path> fileOf(std::string_view path) const;

  std::filesystem::path folder_;
  std::string policy_;
};

}  // namespace call_server
