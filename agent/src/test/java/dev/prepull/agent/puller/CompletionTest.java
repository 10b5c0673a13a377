package dev.prepull.agent.puller;

import static dev.prepull.agent.puller.PullerFixture.APP;
import static dev.prepull.agent.puller.PullerFixture.OLD;
import static dev.prepull.agent.puller.PullerFixture.entry;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** When the log says that the node holds all of its plan. */
class CompletionTest {

  private final Logger logger = (Logger) LoggerFactory.getLogger(Puller.class);
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
  private final PullerFixture node = new PullerFixture();

  @BeforeEach
  void listen() {
    appender.start();
    logger.addAppender(appender);
    node.runtime.hold(APP, OLD);
    node.planned(entry(APP, 1));
    node.locked(APP, OLD);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(appender);
  }

  @Test
  void saysItOnceForAPlan() {
    node.polled();

    assertThat(timesSaid()).isEqualTo(1);
  }

  @Test
  void believesNoPlanToBeHeldBeforeTheRuntimeHasBeenAsked() {
    node.plan(entry(APP, 2));

    node.locked(APP, OLD);

    assertThat(timesSaid()).isEqualTo(1);
    node.finishAll();
    assertThat(timesSaid()).isEqualTo(2);
  }

  @Test
  void doesNotTakeAnAnswerForNewsThatWasAskedForBeforeThePlanCame() {
    node.puller.check();
    node.loop.run();
    node.plan(entry(APP, 2));

    node.threads.runOldest();
    node.loop.run();

    assertThat(timesSaid()).isEqualTo(1);
    node.finishAll();
    assertThat(timesSaid()).isEqualTo(2);
  }

  @Test
  void waitsForARuntimeThatIsAway() {
    node.runtime.down(true);
    node.planned(entry(APP, 2));

    node.locked(APP, OLD);

    assertThat(timesSaid()).isEqualTo(1);
  }

  private long timesSaid() {
    return appender.list.stream()
        .filter(event -> event.getMessage().equals("All images are present"))
        .count();
  }
}
