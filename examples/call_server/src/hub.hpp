#pragma once

#include <messenger/contracts/broadcaster.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "session_token.hpp"

namespace call_server {

/// A frame that is sent to many clients is made once.
using Frame = std::shared_ptr<const std::string>;

enum class Goodbye : std::uint8_t { goingAway, signedOut };

/// A connected client. Implementations are thread-safe, and no method blocks.
class Client {
 public:
  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  virtual ~Client() = default;

  /// Puts the frame into its queue; a client whose queue is full disconnects instead.
  virtual void send(Frame frame) = 0;
  virtual void close(Goodbye why) = 0;
};

using ClientId = std::uint64_t;

/// What goes to the clients of a channel, on whichever server they are.
class Channels {
 public:
  Channels() = default;
  Channels(const Channels&) = delete;
  Channels& operator=(const Channels&) = delete;
  virtual ~Channels() = default;

  /// `data` is JSON.
  virtual void publish(const std::string& channel, std::string_view event, const std::string& data) = 0;
  /// Revokes the channel from all clients of a user, and tells them (`revoked`): one that may have it again
  /// by now asks again.
  virtual void revoke(const std::string& channel, const std::string& user) = 0;
  /// The same for everyone, without a word: the channel's subject is over.
  virtual void revokeAll(const std::string& channel) = 0;
};

/// The channels and their clients, of this server. The messenger's pushes go to the users' own channels
/// (`user.alice`); clients subscribe to the others.
///
/// Thread-safe. Its lock is held to look up clients, never while a frame is passed to them. It does not keep
/// clients alive.
class Hub final : public messenger::Broadcaster, public Channels {
 public:
  /// Adds a client to its user's own channel. 0 when the user has `most` clients already, or has signed out.
  [[nodiscard]] ClientId add(const std::weak_ptr<Client>& client, const Session& session, std::size_t most);
  void remove(ClientId client);

  /// A subscription in two steps, because the right may be revoked while it is checked: `reserve`, check,
  /// `activate`. `activate` is false when the right was revoked meanwhile; `reserve` is false when there are
  /// `most` already.
  [[nodiscard]] bool reserve(ClientId client, const std::string& channel, std::size_t most);
  [[nodiscard]] bool activate(ClientId client, const std::string& channel);
  void unsubscribe(ClientId client, const std::string& channel);

  void revoke(const std::string& channel, const std::string& user) override;
  void revokeAll(const std::string& channel) override;

  /// To look at all rights again: the clients, and the user and the channels of one of them, without the
  /// user's own channel. Empty when it has gone.
  struct Rights {
    std::string user;
    std::vector<std::string> channels;
  };
  [[nodiscard]] std::vector<ClientId> clientIds() const;
  [[nodiscard]] Rights rightsOf(ClientId client) const;

  void broadcast(const messenger::Broadcast& broadcast) override;
  void publish(const std::string& channel, std::string_view event, const std::string& data) override;
  void publishToAll(const Frame& frame);

  /// Ends a session before it expires: its clients are closed and get nothing more, and no further one is
  /// added. Remembered until the session has expired, by this process alone; of very many the ones that
  /// expire first are forgotten.
  void signOut(const Session& session);
  [[nodiscard]] bool isSignedOut(const Session& session) const;

  /// Closes the clients whose sign-in has expired: they get nothing more. Closes all clients.
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
  /// The clients of a channel, and whether the subscription is active.
  using Listeners = std::unordered_map<ClientId, bool>;

  [[nodiscard]] std::vector<std::shared_ptr<Client>> listeners(const std::string& channel) const;
  [[nodiscard]] std::vector<std::shared_ptr<Client>> everyone() const;
  /// Takes out the clients whose session is such a one.
  [[nodiscard]] std::vector<std::shared_ptr<Client>> takeOut(
      const std::function<bool(const Session&)>& isSuch);
  void removeLocked(ClientId client);
  void drop(const std::string& channel, ClientId client);

  mutable std::mutex mutex_;
  ClientId last_ = 0;
  std::unordered_map<ClientId, Entry> clients_;
  std::unordered_map<std::string, std::size_t> socketsOf_;
  std::unordered_map<std::string, Listeners> channels_;
  std::set<std::pair<SystemTime, std::string>> signedOut_;  ///< ids of sessions, by when they expire
};

/// `{"event":…,"channel":…,"data":…}`; `data` is JSON already.
[[nodiscard]] Frame eventFrame(std::string_view event, const std::string& channel, const std::string& data);

/// The name of a user's own channel.
[[nodiscard]] std::string channelOf(const std::string& user);

}  // namespace call_server
