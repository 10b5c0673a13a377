package dev.prepull.agent.runtime.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.PullResponseItem;
import dev.prepull.agent.runtime.PullWatcher;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.PullProgress;
import org.jspecify.annotations.Nullable;

/**
 * What the stream of one pull says, line by line. Docker names a layer by the first digits of its
 * digest, and one that is there already without its size, so that the sizes told are those of the
 * layers that it downloads.
 */
final class PullStream extends ResultCallback.Adapter<PullResponseItem> {

  private static final String DIGEST = "Digest: ";

  private final PullWatcher watcher;
  private final LayerProgress layers = new LayerProgress();
  private long sized;
  private volatile @Nullable String error;
  private volatile @Nullable ImageDigest digest;
  private volatile boolean interrupted;

  PullStream(PullWatcher watcher) {
    this.watcher = watcher;
  }

  /** The error that the stream of a successful answer ended with, if any. */
  @Nullable String error() {
    return error;
  }

  /** What the registry said that the reference stands for; null until it has. */
  @Nullable ImageDigest digest() {
    return digest;
  }

  /** Whether the watcher has interrupted the thread that told it of a size. */
  boolean isInterrupted() {
    return interrupted;
  }

  @Override
  public void onNext(PullResponseItem line) {
    if (line.getErrorDetail() != null && line.getErrorDetail().getMessage() != null) {
      error = line.getErrorDetail().getMessage();
    } else if (line.getError() != null) {
      error = line.getError();
    }
    String status = line.getStatus();
    if (status != null && status.startsWith(DIGEST)) {
      digest = digest(status.substring(DIGEST.length()).strip());
    }
    PullProgress progress = layers.add(line);
    if (progress.total() > sized) {
      sized = progress.total();
      watcher.sized(sized, sized);
    }
    // This is docker-java's thread; the one that pulls waits for the end.
    if (Thread.interrupted()) {
      interrupted = true;
      onComplete();
      return;
    }
    watcher.moved(progress);
  }

  private static @Nullable ImageDigest digest(String text) {
    try {
      return new ImageDigest(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
