package dev.prepull.controller.standalone;

import dev.prepull.controller.plan.DigestLock;
import dev.prepull.controller.reconcile.StatusSink;
import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.controller.status.RolloutStatus.ImageStatus;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows the status as one line of the log whenever the line changes. Called by one thread. */
public final class ConsoleStatus implements StatusSink {

  private static final Logger log = LoggerFactory.getLogger(ConsoleStatus.class);

  private String shown = "";

  @Override
  public void publish(RolloutStatus status, Collection<DigestLock> locks) {
    long identical = status.images().stream().filter(ImageStatus::identical).count();
    long failing = status.images().stream().filter(image -> !image.failures().isEmpty()).count();
    String line =
        "%d of %d nodes complete, %d attached; %d of %d images identical, %d failing"
            .formatted(
                status.nodes().complete(),
                status.nodes().desired(),
                status.nodes().attached(),
                identical,
                status.images().size(),
                failing);
    if (!line.equals(shown)) {
      shown = line;
      log.info(line);
    }
  }
}
