#include "adapters/janus/curl_handles.hpp"

#include <new>
#include <stdexcept>

namespace messenger::inline v0::janus {
namespace {

/// With more OS threads than this at once, some open new connections.
constexpr std::size_t mostIdle = 32;

/// Once for each process. Never undone, because others in the process may use libcurl too.
void initialiseCurl() {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised != CURLE_OK) throw std::runtime_error("libcurl cannot be initialised");
}

/// Otherwise libcurl changes what SIGPIPE does in the whole process for a moment, also when a handle is
/// closed.
void leaveSignalsAlone(CURL* handle) {
  static_cast<void>(curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L));  // is in every build
}

}  // namespace

CurlHandles::CurlHandles() {
  initialiseCurl();
}

CurlHandle CurlHandles::take() {
  {
    const support::Lock lock(mutex_);
    if (!idle_.empty()) {
      CurlHandle handle = std::move(idle_.back());
      idle_.pop_back();
      return handle;
    }
  }
  CurlHandle made{curl_easy_init()};
  if (!made) throw std::bad_alloc();
  leaveSignalsAlone(made.get());
  return made;
}

void CurlHandles::giveBack(CurlHandle handle) {
  curl_easy_reset(handle.get());  // removes the options and pointers to secrets; keeps the connection
  leaveSignalsAlone(handle.get());
  const support::Lock lock(mutex_);
  if (idle_.size() < mostIdle) idle_.push_back(std::move(handle));
}

}  // namespace messenger::janus
