package dev.prepull.agent.runtime.cri;

import static dev.prepull.agent.runtime.cri.CriMethods.method;

import com.google.protobuf.Empty;
import dev.prepull.agent.runtime.cri.containerd.containers.v1.ListContainersRequest;
import dev.prepull.agent.runtime.cri.containerd.containers.v1.ListContainersResponse;
import dev.prepull.agent.runtime.cri.containerd.content.v1.InfoRequest;
import dev.prepull.agent.runtime.cri.containerd.content.v1.InfoResponse;
import dev.prepull.agent.runtime.cri.containerd.content.v1.ListContentRequest;
import dev.prepull.agent.runtime.cri.containerd.content.v1.ListContentResponse;
import dev.prepull.agent.runtime.cri.containerd.content.v1.ListStatusesRequest;
import dev.prepull.agent.runtime.cri.containerd.content.v1.ListStatusesResponse;
import dev.prepull.agent.runtime.cri.containerd.content.v1.ReadContentRequest;
import dev.prepull.agent.runtime.cri.containerd.content.v1.ReadContentResponse;
import dev.prepull.agent.runtime.cri.containerd.events.v1.Envelope;
import dev.prepull.agent.runtime.cri.containerd.events.v1.PublishRequest;
import dev.prepull.agent.runtime.cri.containerd.events.v1.SubscribeRequest;
import dev.prepull.agent.runtime.cri.containerd.images.v1.CreateImageRequest;
import dev.prepull.agent.runtime.cri.containerd.images.v1.CreateImageResponse;
import dev.prepull.agent.runtime.cri.containerd.images.v1.DeleteImageRequest;
import dev.prepull.agent.runtime.cri.containerd.images.v1.GetImageRequest;
import dev.prepull.agent.runtime.cri.containerd.images.v1.GetImageResponse;
import dev.prepull.agent.runtime.cri.containerd.images.v1.ListImagesRequest;
import dev.prepull.agent.runtime.cri.containerd.images.v1.ListImagesResponse;
import dev.prepull.agent.runtime.cri.containerd.images.v1.UpdateImageRequest;
import dev.prepull.agent.runtime.cri.containerd.images.v1.UpdateImageResponse;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;

/** The gRPC methods of containerd's own services that the adapter calls. */
final class ContainerdMethods {

  private static final ServiceName CONTENT = service("content", "Content");
  private static final ServiceName IMAGES = service("images", "Images");
  private static final ServiceName CONTAINERS = service("containers", "Containers");
  private static final ServiceName EVENTS = service("events", "Events");

  static final ServiceMethod<InfoResponse, InfoRequest> CONTENT_INFO =
      method(CONTENT, "Info", InfoResponse.newBuilder());
  static final ServiceMethod<ListContentResponse, ListContentRequest> CONTENT_LIST =
      method(CONTENT, "List", ListContentResponse.newBuilder());
  static final ServiceMethod<ReadContentResponse, ReadContentRequest> CONTENT_READ =
      method(CONTENT, "Read", ReadContentResponse.newBuilder());
  static final ServiceMethod<ListStatusesResponse, ListStatusesRequest> CONTENT_LIST_STATUSES =
      method(CONTENT, "ListStatuses", ListStatusesResponse.newBuilder());

  static final ServiceMethod<GetImageResponse, GetImageRequest> IMAGES_GET =
      method(IMAGES, "Get", GetImageResponse.newBuilder());
  static final ServiceMethod<ListImagesResponse, ListImagesRequest> IMAGES_LIST =
      method(IMAGES, "List", ListImagesResponse.newBuilder());
  static final ServiceMethod<CreateImageResponse, CreateImageRequest> IMAGES_CREATE =
      method(IMAGES, "Create", CreateImageResponse.newBuilder());
  static final ServiceMethod<UpdateImageResponse, UpdateImageRequest> IMAGES_UPDATE =
      method(IMAGES, "Update", UpdateImageResponse.newBuilder());
  static final ServiceMethod<Empty, DeleteImageRequest> IMAGES_DELETE =
      method(IMAGES, "Delete", Empty.newBuilder());

  static final ServiceMethod<ListContainersResponse, ListContainersRequest> CONTAINERS_LIST =
      method(CONTAINERS, "List", ListContainersResponse.newBuilder());

  static final ServiceMethod<Envelope, SubscribeRequest> EVENTS_SUBSCRIBE =
      method(EVENTS, "Subscribe", Envelope.newBuilder());
  static final ServiceMethod<Empty, PublishRequest> EVENTS_PUBLISH =
      method(EVENTS, "Publish", Empty.newBuilder());

  private ContainerdMethods() {}

  private static ServiceName service(String packageName, String name) {
    return ServiceName.create("containerd.services.%s.v1".formatted(packageName), name);
  }
}
