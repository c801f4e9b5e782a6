#include "setup_help.hpp"

std::string setupHelp(const std::string& why) {
  return "There is no Janus to talk to: " + why + R"(

A Janus for a trial on this machine, on Debian or Ubuntu:

  1. apt-get install --no-install-recommends janus
  2. in /etc/janus/janus.jcfg, under general:                   admin_secret = "choose-one"
     in /etc/janus/janus.plugin.videoroom.jcfg, under general:  admin_key = "choose-another"
     in /etc/janus/janus.transport.http.jcfg, under admin:      admin_http = true
                                                                admin_ip = "127.0.0.1"
  3. janus -F /etc/janus   (or: systemctl restart janus)
  4. export JANUS_ADMIN_SERVER_ENDPOINT=http://127.0.0.1:7088/admin
     export JANUS_ADMIN_SECRET=choose-one
     export JANUS_VIDEO_ROOM_SECRET=choose-another

By the HTTP API instead of the Admin API: JANUS_SERVER_ENDPOINT=http://127.0.0.1:8088/janus and
JANUS_API_SECRET, if api_secret is set. docs/janus.md has all of it.
)";
}
