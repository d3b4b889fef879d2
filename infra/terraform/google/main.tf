# One worker on Google Compute Engine: nobody may reach it, it reaches everything.
terraform {
  required_version = ">= 1.5"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 5.0"
    }
  }
}

module "worker" {
  source      = "../worker"
  url         = var.url
  token       = var.token
  package     = var.package
  contact     = var.contact
  never_probe = var.never_probe
}

variable "zone" {
  description = "The zone that is looked from, such as europe-west1-b."
  type        = string
}

variable "network" {
  description = "Network of the machine."
  type        = string
  default     = "default"
}

variable "machine_type" {
  description = "A worker needs half a gigabyte."
  type        = string
  default     = "e2-micro"
}

variable "image" {
  description = "An image with cloud-init, such as one of Ubuntu."
  type        = string
  default     = "ubuntu-os-cloud/ubuntu-2404-lts-amd64"
}

resource "google_compute_instance" "worker" {
  name         = "outscope-worker"
  zone         = var.zone
  machine_type = var.machine_type

  boot_disk {
    initialize_params {
      image = var.image
    }
  }

  network_interface {
    network = var.network

    access_config {} # a public address
  }

  metadata = {
    user-data              = module.worker.user_data
    block-project-ssh-keys = "true"
  }

  shielded_instance_config {
    enable_secure_boot = true
  }

  lifecycle {
    ignore_changes = [metadata] # a token is good once: a new one makes no new machine
  }
}

output "public_ip" {
  value = google_compute_instance.worker.network_interface[0].access_config[0].nat_ip
}
