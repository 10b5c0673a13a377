package dev.prepull.controller.standalone;

import dev.prepull.controller.reconcile.ListEvents;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Writes to the log what would be an Event on the ConfigMap. */
public final class LoggedEvents implements ListEvents {

  private static final Logger log = LoggerFactory.getLogger(LoggedEvents.class);

  @Override
  public void record(String configMap, Kind kind, String message) {
    log.atLevel(kind.isWarning() ? Level.WARN : Level.INFO)
        .addKeyValue("configMap", configMap)
        .addKeyValue("reason", kind.reason())
        .log(message);
  }
}
