#include "static_files.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <utility>

namespace call_server {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> types{{
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 2> vendor{{
    {"/vendor/janus.es.js", "node_modules/janus-gateway/npm/dist/janus.es.js"},
    {"/vendor/adapter.js", "node_modules/webrtc-adapter/out/adapter.js"},
}};

std::string_view typeOf(std::string_view name) {
  for (const auto& [suffix, type] : types) {
    if (name.ends_with(suffix)) return type;
  }
  return {};
}

/// Letters, digits, `-`, `_` and single dots inside: no name that leads to another folder or a hidden file.
bool isPlainName(std::string_view name) {
  if (name.empty() || name.front() == '.' || name.back() == '.') return false;
  return name.find("..") == std::string_view::npos && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_' || c == '.';
         });
}

bool arePlainNames(std::string_view path) {
  while (true) {
    const std::size_t slash = path.find('/');
    if (!isPlainName(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

std::string policyWith(const std::string& connect) {
  return "default-src 'self'; connect-src 'self'" + (connect.empty() ? "" : ' ' + connect) +
         "; img-src 'self' data:; media-src 'self' blob: mediastream:; object-src 'none'; base-uri 'none'; "
         "form-action 'self'; frame-ancestors 'none'";
}

}  // namespace

StaticFiles::StaticFiles(std::filesystem::path folder, const std::string& connect)
    : folder_(std::move(folder)), policy_(policyWith(connect)) {}

std::optional<std::filesystem::path> StaticFiles::fileOf(std::string_view path) const {
  if (path == "/") return folder_ / "index.html";
  for (const auto& [address, file] : vendor) {
    if (path == address) return folder_ / file;
  }
  if (!path.starts_with('/')) return std::nullopt;
  path.remove_prefix(1);
  const bool below = path.starts_with("app/");
  if (!arePlainNames(path) || (!below && path.find('/') != std::string_view::npos)) return std::nullopt;
  if (typeOf(path).empty() || (!below && (path.ends_with(".html") || path.ends_with(".js"))))
    return std::nullopt;
  return folder_ / path;
}

std::optional<Response> StaticFiles::find(std::string_view path) const {
  const auto file = fileOf(path);
  std::error_code ignored;
  if (!file || !std::filesystem::is_regular_file(*file, ignored)) return std::nullopt;
  std::ifstream in(*file, std::ios::binary);
  if (!in) return std::nullopt;

  Response response;
  response.body.assign(std::istreambuf_iterator<char>(in), {});
  const std::string name = file->filename().string();
  response.contentType = typeOf(name);
  const bool isPage = name.ends_with(".html");
  response.headers = {{"Cache-Control", isPage ? "no-store" : "no-cache"},
                      {"Content-Security-Policy", policy_},
                      {"Referrer-Policy", "same-origin"}};
  return response;
}

}  // namespace call_server
