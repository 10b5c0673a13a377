package dev.prepull.agent.runtime.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.EventActor;
import com.github.dockerjava.api.model.EventType;
import dev.prepull.agent.runtime.ImageEvents;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import java.io.Closeable;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Follows what happens to images. Docker remembers its last 256 events of any kind. */
final class DockerEvents {

  /** Everything after which a name may resolve to something else than before. */
  private static final String[] ACTIONS = {"pull", "tag", "untag", "delete", "load", "import"};

  private static final String ID_PREFIX = "sha256:";

  private final DockerConnection connection;

  DockerEvents(DockerConnection connection) {
    this.connection = connection;
  }

  /** Returns when the daemon ends the stream, as it does when it stops. */
  void watch(Instant since, ImageEvents events)
      throws RuntimeUnavailableException, InterruptedException {
    var _ =
        connection.call(
            "watch images",
            DockerConnection.FOREVER,
            docker -> {
              Follower follower = new Follower(events);
              docker
                  .eventsCmd()
                  .withEventTypeFilter(EventType.IMAGE)
                  .withEventFilter(ACTIONS)
                  // The daemon answers before it listens; what happens in between comes by this.
                  .withSince("%d.%09d".formatted(since.getEpochSecond(), since.getNano()))
                  .exec(follower)
                  .awaitCompletion();
              return follower;
            });
  }

  private static final class Follower extends ResultCallback.Adapter<Event> {
    private final ImageEvents events;

    Follower(ImageEvents events) {
      this.events = events;
    }

    @Override
    public void onStart(Closeable stream) {
      super.onStart(stream);
      events.watching();
    }

    @Override
    public void onNext(Event event) {
      String name = name(event.getActor());
      if (name != null) {
        events.changed(name, time(event));
      }
    }

    private static Instant time(Event event) {
      return Instant.ofEpochSecond(0, Objects.requireNonNullElse(event.getTimeNano(), 0L));
    }

    /** A pull's actor is the name, any other the image's id with the name as an attribute. */
    private static @Nullable String name(@Nullable EventActor actor) {
      if (actor == null) {
        return null;
      }
      String id = actor.getId();
      boolean named = id != null && !id.startsWith(ID_PREFIX);
      String name =
          named || actor.getAttributes() == null ? null : actor.getAttributes().get("name");
      return name == null ? id : name;
    }
  }
}
