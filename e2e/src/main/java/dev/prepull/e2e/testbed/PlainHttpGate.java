package dev.prepull.e2e.testbed;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Hands TCP connections on to a plain HTTP server, but turns away those that begin with TLS.
 * Container runtimes try https first and fall back upon that, some only when they are answered as
 * Go's server would; the JDK's server would let them wait instead.
 */
final class PlainHttpGate implements AutoCloseable {

  /** The first byte of a TLS handshake record. */
  private static final int TLS_HANDSHAKE = 0x16;

  private static final byte[] NO_TLS =
      "HTTP/1.0 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final InetSocketAddress server;
  private final ServerSocket gate;

  private PlainHttpGate(InetSocketAddress server, ServerSocket gate) {
    this.server = server;
    this.gate = gate;
  }

  /** Opens a gate at a free port of the loopback address. */
  static PlainHttpGate before(InetSocketAddress server) {
    try {
      PlainHttpGate gate =
          new PlainHttpGate(server, new ServerSocket(0, 128, InetAddress.getLoopbackAddress()));
      Thread.ofVirtual().name("gate").start(gate::accept);
      return gate;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return gate.getLocalPort();
  }

  private void accept() {
    while (!gate.isClosed()) {
      try {
        Socket client = gate.accept();
        Thread.ofVirtual().name("gate-connection").start(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket upstream = new Socket()) {
      int first = client.getInputStream().read();
      if (first == TLS_HANDSHAKE) {
        turnAway(client);
      }
      if (first < 0 || first == TLS_HANDSHAKE) {
        return;
      }
      upstream.connect(server);
      upstream.getOutputStream().write(first);
      Thread back =
          Thread.ofVirtual().name("gate-answers").start(() -> SocketPipe.copy(upstream, client));
      SocketPipe.copy(client, upstream);
      back.join();
    } catch (IOException | InterruptedException e) {
      // Either side has gone away, which closes the other: that is all a gate can do about it.
      return;
    }
  }

  /** Says that there is no TLS here. A close before all has been read would swallow the answer. */
  private static void turnAway(Socket client) throws IOException {
    client.getOutputStream().write(NO_TLS);
    client.shutdownOutput();
    client.getInputStream().transferTo(OutputStream.nullOutputStream());
  }

  @Override
  public void close() {
    try {
      gate.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
