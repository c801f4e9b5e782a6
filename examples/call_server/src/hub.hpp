#pragma once

#include <messenger/contracts/broadcaster.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "session_token.hpp"

namespace call_server {

/// What is sent to many is made once.
using Frame = std::shared_ptr<const std::string>;

enum class Goodbye : std::uint8_t { goingAway, signedOut };

/// A client that listens. Implementations are thread-safe, and neither blocks.
class Client {
 public:
  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  virtual ~Client() = default;

  /// Takes the frame into its queue; one whose queue is full drops itself instead.
  virtual void send(Frame frame) = 0;
  virtual void close(Goodbye why) = 0;
};

using ClientId = std::uint64_t;

/// Who listens to what. The messenger's pushes go to the users' own channels (`user.alice`); the others are
/// subscribed to.
///
/// Thread-safe. Its lock is held to look up listeners, never while something is handed to them. It keeps no
/// client alive: one that is gone is not told.
class Hub final : public messenger::Broadcaster {
 public:
  /// A client listens to its user's own channel. Nothing (0) when the user has `most` of them already.
  [[nodiscard]] ClientId add(const std::weak_ptr<Client>& client, const Session& session, std::size_t most);
  void remove(ClientId client);

  /// A subscription in two steps, as between the question whether it may be and the answer the right may be
  /// lost: `reserve`, ask, then `activate`; false: it was revoked meanwhile. `reserve` is false when there
  /// are `most`.
  [[nodiscard]] bool reserve(ClientId client, const std::string& channel, std::size_t most);
  [[nodiscard]] bool activate(ClientId client, const std::string& channel);
  void unsubscribe(ClientId client, const std::string& channel);

  /// Takes the channel from all clients of a user, or from everybody.
  void revoke(const std::string& channel, const std::string& user);
  void revokeAll(const std::string& channel);

  void broadcast(const messenger::Broadcast& broadcast) override;
  void publish(const std::string& channel, std::string_view event, const std::string& data);
  void publishToAll(const Frame& frame);

  /// Says goodbye to those whose sign-in has expired; to everybody.
  void closeExpired(SystemTime now);
  void closeAll();

  [[nodiscard]] std::size_t clients() const;
  [[nodiscard]] bool hasSubscribers(const std::string& channel) const;

 private:
  struct Entry {
    std::weak_ptr<Client> client;
    Session session;
    std::unordered_set<std::string> subscriptions;
  };
  /// Who has the channel, and whether it is theirs already.
  using Listeners = std::unordered_map<ClientId, bool>;

  [[nodiscard]] std::vector<std::shared_ptr<Client>> listeners(const std::string& channel) const;
  [[nodiscard]] std::vector<std::shared_ptr<Client>> expiredBy(SystemTime now) const;
  void drop(const std::string& channel, ClientId client);

  mutable std::mutex mutex_;
  ClientId last_ = 0;
  std::unordered_map<ClientId, Entry> clients_;
  std::unordered_map<std::string, std::size_t> socketsOf_;
  std::unordered_map<std::string, Listeners> channels_;
};

/// `{"event":…,"channel":…,"data":…}`; `data` is JSON already.
[[nodiscard]] Frame eventFrame(std::string_view event, const std::string& channel, const std::string& data);

/// The channel of a user's own.
[[nodiscard]] std::string channelOf(const std::string& user);

}  // namespace call_server
