package dev.prepull.e2e.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the Service is to agents: one address, and behind it the controllers that are ready, in
 * turn. As with a real one, connections stay when their controller is ready no more; where none is
 * ready, a new one is ended at once.
 */
public final class ControllerService implements AutoCloseable {

  private static final int BACKLOG = 128;

  private final List<ControllerProcess> controllers;
  private final ServerSocket server;
  private final AtomicInteger turn = new AtomicInteger();

  private ControllerService(List<ControllerProcess> controllers, ServerSocket server) {
    this.controllers = controllers;
    this.server = server;
  }

  /** Opens one at a free port of the loopback address. */
  public static ControllerService before(Workspace workspace, List<ControllerProcess> controllers) {
    try {
      ControllerService service =
          new ControllerService(
              List.copyOf(controllers),
              new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()));
      Thread.ofVirtual().name("service").start(service::accept);
      return workspace.add(service);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where agents attach. */
  public String link() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  private Optional<ControllerProcess> next() {
    List<ControllerProcess> ready =
        controllers.stream().filter(ControllerProcess::isReady).toList();
    return ready.isEmpty()
        ? Optional.empty()
        : Optional.of(ready.get(Math.floorMod(turn.getAndIncrement(), ready.size())));
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        Thread.ofVirtual().name("service-connection").start(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket upstream = new Socket()) {
      Optional<ControllerProcess> controller = next();
      if (controller.isEmpty()) {
        return;
      }
      upstream.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), controller.get().linkPort()));
      Thread back =
          Thread.ofVirtual().name("service-answers").start(() -> SocketPipe.copy(upstream, client));
      SocketPipe.copy(client, upstream);
      back.join();
    } catch (IOException | InterruptedException e) {
      // Either side has gone away, which closes the other.
      return;
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
