package dev.prepull.agent.runtime.cri;

import dev.prepull.agent.runtime.cri.v1.Container;
import dev.prepull.agent.runtime.cri.v1.ListContainersRequest;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The containers that CRI knows, in any state. */
final class CriContainers {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final GrpcCalls calls;

  CriContainers(GrpcCalls calls) {
    this.calls = calls;
  }

  /** All of them now. */
  List<ImageUse> uses() throws GrpcCallException, InterruptedException {
    return calls
        .call(CriMethods.LIST_CONTAINERS, ListContainersRequest.getDefaultInstance(), TIMEOUT)
        .getContainersList()
        .stream()
        .map(CriContainers::use)
        .toList();
  }

  private static ImageUse use(Container container) {
    return new ImageUse(
        "%s (%s)".formatted(container.getMetadata().getName(), container.getId()),
        Stream.of(container.getImage().getImage(), container.getImageRef(), container.getImageId())
            .filter(image -> !image.isEmpty())
            .toList());
  }
}
