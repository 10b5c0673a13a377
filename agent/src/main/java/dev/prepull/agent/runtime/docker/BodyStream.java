package dev.prepull.agent.runtime.docker;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an HTTP answer as a blocking stream. The reader's pace holds the sender back: one
 * chunk is asked for at a time.
 */
final class BodyStream extends InputStream {

  private sealed interface Part {
    record Chunk(Buffer bytes) implements Part {}

    record End(@Nullable Throwable failure) implements Part {}
  }

  private final BlockingQueue<Part> parts = new LinkedBlockingQueue<>();
  private final HttpClientResponse response;
  private final Duration longestSilence;
  private Buffer chunk = Buffer.buffer();
  private int position;
  private Part.@Nullable End end;
  private volatile boolean complete;

  /** Must be made on the answer's context before the body arrives. */
  BodyStream(HttpClientResponse response, Duration longestSilence, Runnable onEnd) {
    this.response = response;
    this.longestSilence = longestSilence;
    response.pause();
    response.handler(bytes -> parts.add(new Part.Chunk(bytes)));
    response.endHandler(ignored -> {
      complete = true;
      onEnd.run();
      parts.add(new Part.End(null));
    });
    response.exceptionHandler(failure -> {
      onEnd.run();
      parts.add(new Part.End(failure));
    });
    response.fetch(1);
  }

  /** Whether all of the body has arrived. */
  boolean isComplete() {
    return complete;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (position == chunk.length()) {
      if (!next()) {
        return -1;
      }
    }
    int count = Math.min(length, chunk.length() - position);
    chunk.getBytes(position, position + count, target, offset);
    position += count;
    return count;
  }

  private boolean next() throws IOException {
    if (end == null) {
      switch (take()) {
        case Part.Chunk(Buffer bytes) -> {
          chunk = bytes;
          position = 0;
          response.fetch(1);
          return true;
        }
        case Part.End last -> end = last;
      }
    }
    Throwable failure = end == null ? null : end.failure();
    if (failure != null) {
      throw new IOException("the connection to the daemon broke: " + failure.getMessage(), failure);
    }
    return false;
  }

  private Part take() throws IOException {
    Part part;
    try {
      part = parts.poll(TimeUnit.NANOSECONDS.convert(longestSilence), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while reading from the daemon");
    }
    if (part == null) {
      throw tooSilent(longestSilence);
    }
    return part;
  }

  static IOException tooSilent(Duration longestSilence) {
    return new IOException("no answer within %d s".formatted(longestSilence.toSeconds()));
  }
}
