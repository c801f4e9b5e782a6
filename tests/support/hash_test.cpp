#include <algorithm>
#include <set>
#include <string>
#include <unordered_set>

#include "messenger/model/call_session.hpp"
#include "tests/support/catch.hpp"

namespace messenger {
namespace {

template <class Key>
std::size_t mostInABucket(const std::unordered_set<Key>& keys) {
  std::size_t most = 0;
  for (std::size_t i = 0; i < keys.bucket_count(); ++i) most = std::max(most, keys.bucket_size(i));
  return most;
}

}  // namespace

TEST_CASE("hash: ids that are alike → spread over the buckets", "[support][unit]") {
  constexpr int many = 20'000;
  std::unordered_set<UserId> users;
  std::unordered_set<SessionKey> keys;
  for (int i = 0; i < many; ++i) {
    const std::string number = std::to_string(i);
    users.insert({"user", number});
    users.insert({number, "user"});
    users.insert({number, number});
    keys.insert({CallId{number}, {"user", number}});
    keys.insert({CallId{"user"}, {number, number}});
    keys.insert({CallId{number}, {number, number}});
  }
  CHECK(mostInABucket(users) < 12);
  CHECK(mostInABucket(keys) < 12);
}

TEST_CASE("hash: text moved from one part to the next → another hash", "[support][unit]") {
  std::set<std::size_t> hashes;
  const std::string text = "aaaaaaaaaaaa";
  for (std::size_t at = 0; at <= text.size(); ++at) {
    hashes.insert(std::hash<UserId>{}({text.substr(0, at), text.substr(at)}));
  }
  CHECK(hashes.size() == text.size() + 1);
}

}  // namespace messenger
