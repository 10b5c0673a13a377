package dev.prepull.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VertxEventLoopTest {

  private final Vertx vertx = Vertx.vertx();
  private final EventLoop loop = new VertxEventLoop(vertx, Clock.systemUTC());

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void runsTasksInTheirOrder() throws Exception {
    StringBuilder ran = new StringBuilder();
    CompletableFuture<String> end = new CompletableFuture<>();

    loop.execute(() -> ran.append("one "));
    loop.execute(() -> ran.append("two"));
    loop.after(Duration.ofMillis(1), () -> end.complete(ran.toString()));

    assertThat(end.get(10, TimeUnit.SECONDS)).isEqualTo("one two");
  }

  @Test
  void dropsWhatComesOnceVertxIsClosed() throws Exception {
    close();

    assertThatCode(() -> loop.execute(() -> {})).doesNotThrowAnyException();
  }
}
