package dev.prepull.program;

/**
 * A host name or address and a TCP port.
 *
 * @param host without brackets, also for IPv6
 * @param port 0 lets the system choose
 */
public record HostPort(String host, int port) {

  private static final int MAX_PORT = 65535;

  /**
   * Reads {@code HOST:PORT}, {@code [IPV6]:PORT}.
   *
   * @throws IllegalArgumentException when it has another form
   */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.contains(":")) {
      host = "";
    }
    int port = host.isEmpty() ? -1 : Integer.parseInt(text.substring(colon + 1));
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException("\"%s\" is not HOST:PORT".formatted(text));
    }
    return new HostPort(host, port);
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
