package dev.prepull.controller.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.prepull.controller.reconcile.ListEvents.Kind;
import dev.prepull.controller.status.RolloutStatus;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What somebody who runs the controller by hand reads on the console. */
class ConsoleTest {

  private final Logger logger =
      (Logger) LoggerFactory.getLogger(ConsoleStatus.class.getPackageName());
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

  @BeforeEach
  void listen() {
    appender.start();
    logger.addAppender(appender);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(appender);
  }

  private List<String> lines() {
    return appender.list.stream()
        .map(event -> event.getLevel() + " " + event.getFormattedMessage())
        .toList();
  }

  private static RolloutStatus status(int second, int complete) {
    return new RolloutStatus(
        Instant.ofEpochSecond(second),
        List.of(),
        List.of(),
        new RolloutStatus.Nodes(3, 2, complete),
        List.of());
  }

  @Test
  void showsTheStatusAsOneLineWhenTheLineChanges() {
    ConsoleStatus console = new ConsoleStatus();

    console.publish(status(1, 0), List.of());
    console.publish(status(2, 0), List.of());
    console.publish(status(3, 1), List.of());

    assertThat(lines())
        .containsExactly(
            "INFO 0 of 3 nodes complete, 2 attached; 0 of 0 images identical, 0 failing",
            "INFO 1 of 3 nodes complete, 2 attached; 0 of 0 images identical, 0 failing");
  }

  @Test
  void showsEventsAndMarksWarnings() {
    LoggedEvents events = new LoggedEvents();

    events.record("apps", Kind.ACCEPTED, "fine");
    events.record("apps", Kind.REJECTED, "line 3 is wrong");

    assertThat(lines()).containsExactly("INFO fine", "WARN line 3 is wrong");
  }
}
