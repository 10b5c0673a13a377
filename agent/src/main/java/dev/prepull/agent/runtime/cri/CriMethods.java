package dev.prepull.agent.runtime.cri;

import com.google.protobuf.Message;
import dev.prepull.agent.runtime.cri.v1.ImageFsInfoRequest;
import dev.prepull.agent.runtime.cri.v1.ImageFsInfoResponse;
import dev.prepull.agent.runtime.cri.v1.ImageStatusRequest;
import dev.prepull.agent.runtime.cri.v1.ImageStatusResponse;
import dev.prepull.agent.runtime.cri.v1.ListContainersRequest;
import dev.prepull.agent.runtime.cri.v1.ListContainersResponse;
import dev.prepull.agent.runtime.cri.v1.ListImagesRequest;
import dev.prepull.agent.runtime.cri.v1.ListImagesResponse;
import dev.prepull.agent.runtime.cri.v1.PullImageRequest;
import dev.prepull.agent.runtime.cri.v1.PullImageResponse;
import dev.prepull.agent.runtime.cri.v1.RemoveImageRequest;
import dev.prepull.agent.runtime.cri.v1.RemoveImageResponse;
import dev.prepull.agent.runtime.cri.v1.VersionRequest;
import dev.prepull.agent.runtime.cri.v1.VersionResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;

/** The gRPC methods of CRI v1 that the adapter calls. */
final class CriMethods {

  private static final ServiceName RUNTIME = ServiceName.create("runtime.v1", "RuntimeService");
  private static final ServiceName IMAGES = ServiceName.create("runtime.v1", "ImageService");

  static final ServiceMethod<VersionResponse, VersionRequest> VERSION =
      method(RUNTIME, "Version", VersionResponse.newBuilder());
  static final ServiceMethod<ListContainersResponse, ListContainersRequest> LIST_CONTAINERS =
      method(RUNTIME, "ListContainers", ListContainersResponse.newBuilder());
  static final ServiceMethod<ListImagesResponse, ListImagesRequest> LIST_IMAGES =
      method(IMAGES, "ListImages", ListImagesResponse.newBuilder());
  static final ServiceMethod<ImageStatusResponse, ImageStatusRequest> IMAGE_STATUS =
      method(IMAGES, "ImageStatus", ImageStatusResponse.newBuilder());
  static final ServiceMethod<PullImageResponse, PullImageRequest> PULL_IMAGE =
      method(IMAGES, "PullImage", PullImageResponse.newBuilder());
  static final ServiceMethod<RemoveImageResponse, RemoveImageRequest> REMOVE_IMAGE =
      method(IMAGES, "RemoveImage", RemoveImageResponse.newBuilder());
  static final ServiceMethod<ImageFsInfoResponse, ImageFsInfoRequest> IMAGE_FS_INFO =
      method(IMAGES, "ImageFsInfo", ImageFsInfoResponse.newBuilder());

  private CriMethods() {}

  // The decoder's type follows from the builder, which protobuf declares only as Message.Builder.
  static <S extends Message, Q extends Message> ServiceMethod<S, Q> method(
      ServiceName service, String name, Message.Builder answer) {
    return ServiceMethod.client(
        service, name, GrpcMessageEncoder.encoder(), GrpcMessageDecoder.decoder(answer));
  }
}
