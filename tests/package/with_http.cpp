#include "messenger/http/router.hpp"
#include "messenger/messenger.hpp"

int statusOfAnUnknownPath(messenger::Messenger& messenger) {
  const messenger::http::Router router{messenger};
  return router.handle({.method = "GET", .path = "/nowhere", .user = {}, .body = {}}).status;
}
