#include "hub.hpp"

#include <nlohmann/json.hpp>

namespace call_server {
namespace {

constexpr std::string_view pushPrefix = "messenger.";
constexpr std::size_t mostSignedOut = 65'536;

std::string jsonText(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

Frame eventFrame(std::string_view event, const std::string& channel, const std::string& data) {
  return std::make_shared<const std::string>("{\"event\":" + jsonText(event) +
                                             ",\"channel\":" + jsonText(channel) + ",\"data\":" + data + '}');
}

std::string channelOf(const std::string& user) {
  return "user." + user;
}

ClientId Hub::add(const std::weak_ptr<Client>& client, const Session& session, std::size_t most) {
  const std::lock_guard lock{mutex_};
  if (signedOut_.contains({session.expires, session.id})) return 0;
  std::size_t& sockets = socketsOf_[session.user];
  if (sockets >= most) return 0;
  ++sockets;
  const ClientId id = ++last_;
  clients_.emplace(id, Entry{client, session, {}});
  channels_[channelOf(session.user)].emplace(id, true);
  return id;
}

void Hub::remove(ClientId client) {
  const std::lock_guard lock{mutex_};
  removeLocked(client);
}

void Hub::removeLocked(ClientId client) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) return;
  const Entry entry = std::move(found->second);
  clients_.erase(found);
  if (--socketsOf_[entry.session.user] == 0) socketsOf_.erase(entry.session.user);
  drop(channelOf(entry.session.user), client);
  for (const std::string& channel : entry.subscriptions) drop(channel, client);
}

void Hub::drop(const std::string& channel, ClientId client) {
  const auto entry = clients_.find(client);
  if (entry != clients_.end()) entry->second.subscriptions.erase(channel);
  const auto listeners = channels_.find(channel);
  if (listeners == channels_.end()) return;
  listeners->second.erase(client);
  if (listeners->second.empty()) channels_.erase(listeners);
}

bool Hub::reserve(ClientId client, const std::string& channel, std::size_t most) {
  const std::lock_guard lock{mutex_};
  const auto entry = clients_.find(client);
  if (entry == clients_.end()) return false;
  auto& subscriptions = entry->second.subscriptions;
  if (subscriptions.contains(channel)) return true;
  if (subscriptions.size() >= most) return false;
  subscriptions.insert(channel);
  channels_[channel].emplace(client, false);
  return true;
}

bool Hub::activate(ClientId client, const std::string& channel) {
  const std::lock_guard lock{mutex_};
  const auto listeners = channels_.find(channel);
  if (listeners == channels_.end()) return false;
  const auto place = listeners->second.find(client);
  if (place == listeners->second.end()) return false;
  place->second = true;
  return true;
}

void Hub::unsubscribe(ClientId client, const std::string& channel) {
  const std::lock_guard lock{mutex_};
  const auto entry = clients_.find(client);
  if (entry != clients_.end() && entry->second.subscriptions.contains(channel)) drop(channel, client);
}

void Hub::revoke(const std::string& channel, const std::string& user) {
  std::vector<std::shared_ptr<Client>> told;
  {
    const std::lock_guard lock{mutex_};
    const auto listeners = channels_.find(channel);
    if (listeners == channels_.end()) return;
    std::vector<ClientId> theirs;
    for (const auto& [client, active] : listeners->second) {
      const auto entry = clients_.find(client);
      if (entry == clients_.end() || entry->second.session.user != user) continue;
      theirs.push_back(client);
      // One that is not active yet is about to be answered.
      if (auto held = active ? entry->second.client.lock() : nullptr) told.push_back(std::move(held));
    }
    for (const ClientId client : theirs) drop(channel, client);
  }
  if (told.empty()) return;
  const Frame frame = eventFrame("revoked", channel, "null");
  for (const auto& client : told) client->send(frame);
}

void Hub::revokeAll(const std::string& channel) {
  const std::lock_guard lock{mutex_};
  const auto listeners = channels_.find(channel);
  if (listeners == channels_.end()) return;
  for (const auto& [client, active] : listeners->second) {
    const auto entry = clients_.find(client);
    if (entry != clients_.end()) entry->second.subscriptions.erase(channel);
  }
  channels_.erase(listeners);
}

std::vector<std::shared_ptr<Client>> Hub::listeners(const std::string& channel) const {
  std::vector<std::shared_ptr<Client>> found;
  const std::lock_guard lock{mutex_};
  const auto listeners = channels_.find(channel);
  if (listeners == channels_.end()) return found;
  for (const auto& [client, active] : listeners->second) {
    const auto entry = clients_.find(client);
    if (!active || entry == clients_.end()) continue;
    if (auto held = entry->second.client.lock()) found.push_back(std::move(held));
  }
  return found;
}

void Hub::publish(const std::string& channel, std::string_view event, const std::string& data) {
  const auto to = listeners(channel);
  if (to.empty()) return;
  const Frame frame = eventFrame(event, channel, data);
  for (const auto& client : to) client->send(frame);
}

void Hub::broadcast(const messenger::Broadcast& broadcast) {
  for (const std::string& each : broadcast.channels) {
    if (std::string_view{each}.starts_with(pushPrefix)) {
      publish(each.substr(pushPrefix.size()), broadcast.event, broadcast.payload);
    }
  }
}

std::vector<ClientId> Hub::clientIds() const {
  std::vector<ClientId> ids;
  const std::lock_guard lock{mutex_};
  ids.reserve(clients_.size());
  for (const auto& [id, entry] : clients_) ids.push_back(id);
  return ids;
}

Hub::Rights Hub::rightsOf(ClientId client) const {
  const std::lock_guard lock{mutex_};
  const auto entry = clients_.find(client);
  if (entry == clients_.end()) return {};
  const auto& channels = entry->second.subscriptions;
  return {entry->second.session.user, {channels.begin(), channels.end()}};
}

std::vector<std::shared_ptr<Client>> Hub::everyone() const {
  std::vector<std::shared_ptr<Client>> found;
  const std::lock_guard lock{mutex_};
  for (const auto& [id, entry] : clients_) {
    if (auto held = entry.client.lock()) found.push_back(std::move(held));
  }
  return found;
}

std::vector<std::shared_ptr<Client>> Hub::takeOut(const std::function<bool(const Session&)>& isSuch) {
  std::vector<ClientId> ids;
  std::vector<std::shared_ptr<Client>> found;
  for (const auto& [id, entry] : clients_) {
    if (!isSuch(entry.session)) continue;
    ids.push_back(id);
    if (auto held = entry.client.lock()) found.push_back(std::move(held));
  }
  for (const ClientId id : ids) removeLocked(id);
  return found;
}

void Hub::publishToAll(const Frame& frame) {
  for (const auto& client : everyone()) client->send(frame);
}

void Hub::signOut(const Session& session) {
  std::vector<std::shared_ptr<Client>> theirs;
  {
    const std::lock_guard lock{mutex_};
    signedOut_.emplace(session.expires, session.id);
    if (signedOut_.size() > mostSignedOut) signedOut_.erase(signedOut_.begin());
    theirs = takeOut([&](const Session& each) { return each.id == session.id; });
  }
  for (const auto& client : theirs) client->close(Goodbye::signedOut);
}

bool Hub::isSignedOut(const Session& session) const {
  const std::lock_guard lock{mutex_};
  return signedOut_.contains({session.expires, session.id});
}

void Hub::closeExpired(SystemTime now) {
  std::vector<std::shared_ptr<Client>> expired;
  {
    const std::lock_guard lock{mutex_};
    while (!signedOut_.empty() && signedOut_.begin()->first <= now) signedOut_.erase(signedOut_.begin());
    expired = takeOut([now](const Session& each) { return each.expires <= now; });
  }
  for (const auto& client : expired) client->close(Goodbye::signedOut);
}

void Hub::closeAll() {
  for (const auto& client : everyone()) client->close(Goodbye::goingAway);
}

std::size_t Hub::clients() const {
  const std::lock_guard lock{mutex_};
  return clients_.size();
}

bool Hub::hasSubscribers(const std::string& channel) const {
  return !listeners(channel).empty();
}

}  // namespace call_server
