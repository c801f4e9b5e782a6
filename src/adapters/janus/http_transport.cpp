#include "adapters/janus/http_transport.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

namespace messenger::inline v0::janus {
namespace {

struct Answer {
  std::string body;
  std::size_t most = 0;
  bool tooLong = false;
};

std::size_t collect(char* data, std::size_t size, std::size_t count, void* into) {
  Answer& answer = *static_cast<Answer*>(into);
  const std::size_t length = size * count;
  if (length > answer.most - answer.body.size()) {
    answer.tooLong = true;
    return 0;  // ends the transfer
  }
  answer.body.append(data, length);
  return length;
}

/// As libcurl does, but no program that is started meanwhile inherits it.
curl_socket_t openSocket(void*, curlsocktype, curl_sockaddr* address) {
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

ErrorKind kindOf(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return ErrorKind::timeout;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
      return ErrorKind::unreachable;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return ErrorKind::tls;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      return ErrorKind::interrupted;
    default:
      // Invalid chunks, headers or HTTP version.
      return ErrorKind::malformedReply;
  }
}

class HeaderList {
 public:
  void add(const char* line) {
    curl_slist* longer = curl_slist_append(list_, line);
    if (longer == nullptr) throw std::bad_alloc();
    list_ = longer;
  }
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl_slist_free_all(list_); }
  [[nodiscard]] curl_slist* get() const noexcept { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
  // Fails for an option that this libcurl was built without; those used here are in every build.
  static_cast<void>(curl_easy_setopt(handle, option, value));
}

void setUp(CURL* handle, const JanusOptions& options) {
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);
#if LIBCURL_VERSION_NUM >= 0x075500
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  set(handle, CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
  set(handle, CURLOPT_PROXY, options.proxy.c_str());  // empty: also ignores a proxy from the environment
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connectTimeout.count()));
  set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(options.requestTimeout.count()));
  set(handle, CURLOPT_SSL_VERIFYPEER, options.verifyTls ? 1L : 0L);
  set(handle, CURLOPT_SSL_VERIFYHOST, options.verifyTls ? 2L : 0L);
  if (!options.caFile.empty()) set(handle, CURLOPT_CAINFO, options.caFile.c_str());
  set(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  set(handle, CURLOPT_OPENSOCKETFUNCTION, &openSocket);
}

}  // namespace

JanusResult<std::string> HttpTransport::post(const std::string& url, const std::string& body, Repeat repeat) {
  JanusResult<std::string> answer = postOnce(url, body);
  if (answer || repeat == Repeat::never) return answer;
  const ErrorKind kind = answer.error().kind;
  if (kind != ErrorKind::unreachable && kind != ErrorKind::interrupted) return answer;
  return postOnce(url, body);
}

JanusResult<std::string> HttpTransport::postOnce(const std::string& url, const std::string& body) {
  Answer answer{{}, options_.maxReplyBytes, false};
  HeaderList headers;
  headers.add("Content-Type: application/json");
  headers.add("Expect:");  // Janus's web server would delay the request by a second with its "100 Continue"
  CurlHandle handle = handles_.take();
  CURL* curl = handle.get();
  setUp(curl, options_);
  set(curl, CURLOPT_URL, url.c_str());
  set(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  set(curl, CURLOPT_POSTFIELDS, body.c_str());
  set(curl, CURLOPT_HTTPHEADER, headers.get());
  set(curl, CURLOPT_WRITEFUNCTION, &collect);
  set(curl, CURLOPT_WRITEDATA, static_cast<void*>(&answer));

  const CURLcode code = curl_easy_perform(curl);
  long status = 0;
  if (code == CURLE_OK) static_cast<void>(curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status));
  // libcurl's fixed text; the longer one in its error buffer may quote an answer.
  const std::string why = curl_easy_strerror(code);
  handles_.giveBack(std::move(handle));

  if (answer.tooLong) {
    return tl::unexpected(JanusError{ErrorKind::malformedReply, 0,
                                     fmt::format("the answer has more than {} bytes", answer.most)});
  }
  if (code != CURLE_OK) return tl::unexpected(JanusError{kindOf(code), static_cast<int>(code), why});
  if (status != 200) {
    return tl::unexpected(JanusError{ErrorKind::httpStatus, static_cast<int>(status),
                                     "is the address right, and is there a Janus?"});
  }
  return std::move(answer.body);
}

}  // namespace messenger::janus
