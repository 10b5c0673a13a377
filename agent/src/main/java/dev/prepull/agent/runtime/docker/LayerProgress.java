package dev.prepull.agent.runtime.docker;

import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.ResponseItem.ProgressDetail;
import dev.prepull.model.PullProgress;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Adds up the layers of one pull from the lines of Docker's stream. Used by one thread. */
final class LayerProgress {

  private static final String DOWNLOADING = "Downloading";
  private static final Set<String> DOWNLOADED =
      Set.of("Verifying Checksum", "Download complete", "Extracting", "Pull complete");

  private final Map<String, PullProgress> layers = new HashMap<>();

  /** Takes in one line and returns the sum. */
  PullProgress add(PullResponseItem line) {
    String layer = line.getId();
    String status = line.getStatus();
    if (layer != null && status != null) {
      ProgressDetail detail = line.getProgressDetail();
      if (status.equals(DOWNLOADING) && detail != null) {
        layers.put(layer, progress(detail));
      } else if (DOWNLOADED.contains(status)) {
        layers.computeIfPresent(
            layer, (id, known) -> new PullProgress(known.total(), known.total()));
      }
    }
    long done = 0;
    long total = 0;
    for (PullProgress progress : layers.values()) {
      done += progress.done();
      total += progress.total();
    }
    return new PullProgress(done, total);
  }

  private static PullProgress progress(ProgressDetail detail) {
    Long current = detail.getCurrent();
    Long total = detail.getTotal();
    return new PullProgress(current == null ? 0 : current, total == null || total < 0 ? 0 : total);
  }
}
