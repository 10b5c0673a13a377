package dev.prepull.agent.runtime.cri;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.agent.runtime.RuntimeUnavailableException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Clock;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CriHandshakeTest {

  @TempDir Path directory;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));

  @AfterEach
  void stop() throws Exception {
    FakeCriServer.await(vertx.close());
  }

  @Test
  void saysThatThereIsNoSocket() {
    assertOpeningFails().hasMessageContainingAll("there is no such file", "--runtime-endpoint");
  }

  @Test
  void saysThatNothingListens() throws Exception {
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(socket()));
    }

    assertOpeningFails().hasMessageContainingAll("nothing listens there", "start the container");
  }

  @Test
  void saysThatTheRuntimeDoesNotOfferCri() throws Exception {
    try (FakeCriServer onlyV1alpha2 = new FakeCriServer(vertx, socket())) {
      assertOpeningFails().hasMessageContainingAll("does not offer it", "containerd 1.6 or newer");
    }
  }

  @Test
  void saysThatAnHttpServerSpeaksNoGrpc() throws Exception {
    HttpServer http =
        vertx
            .createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
            .requestHandler(request -> request.response().setStatusCode(404).end());
    FakeCriServer.await(http.listen(SocketAddress.domainSocketAddress(socket().toString())));

    assertOpeningFails().hasMessageContainingAll("does not speak gRPC", "--runtime docker");
  }

  @Test
  void saysThatAnHttp2ServerSpeaksNoGrpc() throws Exception {
    HttpServer http =
        vertx
            .createHttpServer()
            .requestHandler(request -> request.response().setStatusCode(404).end());
    FakeCriServer.await(http.listen(SocketAddress.domainSocketAddress(socket().toString())));

    assertOpeningFails().hasMessageContainingAll("does not speak gRPC");
  }

  @Test
  void givesUpOnAServerThatNeverAnswers() throws Exception {
    try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      silent.bind(UnixDomainSocketAddress.of(socket()));

      assertOpeningFails().hasMessageContainingAll("no answer to Version within 5 s", "hangs");
    }
  }

  private AbstractThrowableAssert<?, ? extends Throwable> assertOpeningFails() {
    return assertThatThrownBy(() -> CriRuntime.open(vertx, socket(), Clock.systemUTC()))
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageStartingWith("Tried to speak CRI v1 on unix://" + socket() + ", but ");
  }

  private Path socket() {
    return directory.resolve("cri.sock");
  }
}
