package dev.prepull.controller.webhook;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Reads what a client sends, as long as it is neither too much nor too slow. */
final class BoundedBody {

  /** The API server sends at once what it has in memory. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private BoundedBody() {}

  /** There is more of it than anybody will read. */
  static final class TooLargeException extends IOException {

    private static final long serialVersionUID = 1L;

    TooLargeException(int most) {
      super("more than %d bytes".formatted(most));
    }
  }

  /** All of it; fails with {@link TooLargeException} as soon as it is more than that many bytes. */
  static Future<Buffer> read(HttpServerRequest request, int most) {
    Promise<Buffer> whole = Promise.promise();
    Buffer read = Buffer.buffer();
    request.exceptionHandler(whole::tryFail);
    request.endHandler(_ -> whole.tryComplete(read));
    request.handler(chunk -> {
      if (read.length() + chunk.length() > most) {
        whole.tryFail(new TooLargeException(most));
      } else {
        read.appendBuffer(chunk);
      }
    });
    return whole.future().timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }
}
