package dev.prepull.e2e.testbed;

import java.util.List;

/**
 * One more address of the loopback interface, for as long as this is open. It lies outside of
 * 127.0.0.0/8, where Docker takes every certificate and plain HTTP too.
 */
final class LoopbackAddress implements AutoCloseable {

  /** One of those that <a href="https://www.rfc-editor.org/rfc/rfc5737">RFC 5737</a> keeps free. */
  static final String VALUE = "192.0.2.53";

  private static int users;

  private LoopbackAddress() {}

  /**
   * Adds it, also where an earlier run has left it. It goes with the last one that has added it.
   */
  static synchronized LoopbackAddress add() {
    ip("replace");
    users++;
    return new LoopbackAddress();
  }

  private static synchronized void leave() {
    users--;
    if (users == 0) {
      ip("delete");
    }
  }

  private static void ip(String command) {
    var _ = Commands.run(List.of("ip", "address", command, VALUE + "/32", "dev", "lo"));
  }

  @Override
  public void close() {
    leave();
  }
}
