#pragma once

#include <messenger/messenger.hpp>

#include <string>
#include <string_view>

/// Commands that a user types: `start alice`, `join bob`, `beat bob`, `leave bob`, `end alice`, `show`,
/// `quit`.
class Commands {
 public:
  /// `thread` is the conversation of all commands. The messenger must outlive it.
  Commands(messenger::Messenger& messenger, messenger::ThreadId thread);

  /// Runs one line and prints the answer. False: `quit`.
  bool run(const std::string& line);

 private:
  std::string act(std::string_view verb, const messenger::UserId& user);
  void show() const;

  messenger::Messenger& messenger_;
  messenger::ThreadId thread_;
};
