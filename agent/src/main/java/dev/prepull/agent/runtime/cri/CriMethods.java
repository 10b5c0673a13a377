package dev.prepull.agent.runtime.cri;

import com.google.protobuf.Message;
import dev.prepull.agent.runtime.cri.containerd.content.v1.InfoRequest;
import dev.prepull.agent.runtime.cri.containerd.content.v1.InfoResponse;
import dev.prepull.agent.runtime.cri.containerd.content.v1.ListContentRequest;
import dev.prepull.agent.runtime.cri.containerd.content.v1.ListContentResponse;
import dev.prepull.agent.runtime.cri.containerd.content.v1.ListStatusesRequest;
import dev.prepull.agent.runtime.cri.containerd.content.v1.ListStatusesResponse;
import dev.prepull.agent.runtime.cri.containerd.content.v1.ReadContentRequest;
import dev.prepull.agent.runtime.cri.containerd.content.v1.ReadContentResponse;
import dev.prepull.agent.runtime.cri.containerd.images.v1.GetImageRequest;
import dev.prepull.agent.runtime.cri.containerd.images.v1.GetImageResponse;
import dev.prepull.agent.runtime.cri.v1.ImageFsInfoRequest;
import dev.prepull.agent.runtime.cri.v1.ImageFsInfoResponse;
import dev.prepull.agent.runtime.cri.v1.ImageStatusRequest;
import dev.prepull.agent.runtime.cri.v1.ImageStatusResponse;
import dev.prepull.agent.runtime.cri.v1.ListImagesRequest;
import dev.prepull.agent.runtime.cri.v1.ListImagesResponse;
import dev.prepull.agent.runtime.cri.v1.PullImageRequest;
import dev.prepull.agent.runtime.cri.v1.PullImageResponse;
import dev.prepull.agent.runtime.cri.v1.VersionRequest;
import dev.prepull.agent.runtime.cri.v1.VersionResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;

/** The gRPC methods that the adapter calls: CRI v1, and containerd's own on the same socket. */
final class CriMethods {

  private static final ServiceName CRI_RUNTIME = ServiceName.create("runtime.v1", "RuntimeService");
  private static final ServiceName CRI_IMAGES = ServiceName.create("runtime.v1", "ImageService");
  private static final ServiceName CONTENT =
      ServiceName.create("containerd.services.content.v1", "Content");
  private static final ServiceName IMAGES =
      ServiceName.create("containerd.services.images.v1", "Images");

  static final ServiceMethod<VersionResponse, VersionRequest> VERSION =
      method(CRI_RUNTIME, "Version", VersionResponse.newBuilder());
  static final ServiceMethod<ListImagesResponse, ListImagesRequest> LIST_IMAGES =
      method(CRI_IMAGES, "ListImages", ListImagesResponse.newBuilder());
  static final ServiceMethod<ImageStatusResponse, ImageStatusRequest> IMAGE_STATUS =
      method(CRI_IMAGES, "ImageStatus", ImageStatusResponse.newBuilder());
  static final ServiceMethod<PullImageResponse, PullImageRequest> PULL_IMAGE =
      method(CRI_IMAGES, "PullImage", PullImageResponse.newBuilder());
  static final ServiceMethod<ImageFsInfoResponse, ImageFsInfoRequest> IMAGE_FS_INFO =
      method(CRI_IMAGES, "ImageFsInfo", ImageFsInfoResponse.newBuilder());

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
  static final ServiceMethod<
          dev.prepull.agent.runtime.cri.containerd.images.v1.ListImagesResponse,
          dev.prepull.agent.runtime.cri.containerd.images.v1.ListImagesRequest>
      IMAGES_LIST =
          method(
              IMAGES,
              "List",
              dev.prepull.agent.runtime.cri.containerd.images.v1.ListImagesResponse.newBuilder());

  private CriMethods() {}

  // The decoder's type follows from the builder, which protobuf declares only as Message.Builder.
  private static <S extends Message, Q extends Message> ServiceMethod<S, Q> method(
      ServiceName service, String name, Message.Builder answer) {
    return ServiceMethod.client(
        service, name, GrpcMessageEncoder.encoder(), GrpcMessageDecoder.decoder(answer));
  }
}
