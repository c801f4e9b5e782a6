#pragma once

#include <memory>
#include <vector>

#include <curl/curl.h>

#include "support/mutex.hpp"

namespace messenger::inline v0::janus {

struct CurlCloser {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
using CurlHandle = std::unique_ptr<CURL, CurlCloser>;

/// Handles with the connections that they keep open. Thread-safe; a borrowed handle belongs to its borrower
/// alone.
class CurlHandles {
 public:
  CurlHandles();

  /// Returns a used one if there is one. Throws std::bad_alloc.
  [[nodiscard]] CurlHandle take() MESSENGER_EXCLUDES(mutex_);
  void giveBack(CurlHandle handle) MESSENGER_EXCLUDES(mutex_);

 private:
  support::Mutex mutex_;
  std::vector<CurlHandle> idle_ MESSENGER_GUARDED_BY(mutex_);
};

}  // namespace messenger::janus
