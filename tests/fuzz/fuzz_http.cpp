// Bytes as a connection of the example server reads them: heads and bodies, one request after another.
// However they are cut into pieces, the same requests come out; what is accepted is within the limits, has
// one end, and says for whom it is; what is refused gets a status that ends the connection.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "request_reader.hpp"

namespace call_server {
namespace {

void require(bool holds, const char* what, std::string_view more = {}) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s: %.*s\n", what, static_cast<int>(more.size()), more.data());
  std::abort();
}

Limits limits() {
  Limits made;
  made.header = 512;
  made.fields = 12;
  made.body = 256;
  return made;
}

struct Outcome {
  std::vector<std::string> requests;
  int refused = 0;  ///< the status
  std::size_t used = 0;

  bool operator==(const Outcome& other) const = default;
};

void checkFields(const RequestReader::Head& head) {
  using boost::beast::http::field;
  const std::size_t lengths = head.count(field::content_length);
  const std::size_t codings = head.count(field::transfer_encoding);
  require(lengths + codings <= 1, "one field at most says where the body ends");
  require(head.count(field::host) == 1 || head.version() < 11, "there is one host");
  require(codings == 0 || head.version() == 11, "an old request is not chunked");
  for (const auto& each : head) {
    const std::string_view value{each.value().data(), each.value().size()};
    require(value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos,
            "a field is one line");
  }
}

std::string checked(RequestReader& reader, const Limits& bounds, std::size_t bytes) {
  const Request request = reader.take();
  require(request.body.size() <= bounds.body, "a body is within its limit");
  require(reader.hasBody() || request.body.empty(), "no body comes from nowhere");
  const std::size_t most = bounds.header * 2 + bounds.body * 32 + 64;
  require(bytes <= most, "a request is within its limits");
  require(request.target.starts_with('/') || (request.target == "*" && request.method == "OPTIONS"),
          "a target is a path", request.target);
  require(request.target.find_first_of(" #\r\n") == std::string::npos, "a target is one word",
          request.target);
  require(request.host.find_first_of(" ,/@?#\\\r\n") == std::string::npos, "a host is one name",
          request.host);
  checkFields(reader.head());
  return request.method + ' ' + request.target + ' ' + request.host + ' ' + request.origin + ' ' +
         request.cookie + ' ' + request.fetchSite + request.forwardedFor +
         std::to_string(reader.keepsAlive()) + ' ' + request.body;
}

Outcome readAll(std::string_view bytes, std::size_t piece, const Limits& bounds) {
  static const std::set<int> statuses{400, 413, 417, 431};
  Outcome outcome;
  while (outcome.used < bytes.size()) {
    RequestReader reader(bounds);
    const std::size_t begin = outcome.used;
    while (reader.status() == RequestReader::Status::more && outcome.used < bytes.size()) {
      const std::string_view part = bytes.substr(outcome.used, piece);
      const std::size_t used = reader.put(part);
      require(used <= part.size(), "no more is taken than there is");
      require(used == part.size() || reader.status() != RequestReader::Status::more,
              "what is there is taken");
      outcome.used += used;
      (void)reader.takeExpectation();
      require(!reader.takeExpectation(), "an expectation is answered once");
    }
    if (reader.status() == RequestReader::Status::more) return outcome;
    if (reader.status() == RequestReader::Status::refused) {
      outcome.refused = reader.refusal().status;
      require(statuses.contains(outcome.refused), "the status is known", std::to_string(outcome.refused));
      return outcome;
    }
    outcome.requests.push_back(checked(reader, bounds, outcome.used - begin));
  }
  return outcome;
}

}  // namespace
}  // namespace call_server

/// The first byte is how large the pieces are.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace call_server;
  if (size == 0) return 0;
  static const Limits bounds = limits();
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  const Outcome whole = readAll(bytes, bytes.size() + 1, bounds);
  require(whole == readAll(bytes, 1, bounds), "byte by byte it is the same");
  require(whole == readAll(bytes, std::size_t{data[0]} + 1, bounds), "in pieces it is the same");
  return 0;
}
