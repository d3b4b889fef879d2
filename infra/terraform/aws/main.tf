# One worker on Amazon EC2: nobody may reach it, it reaches everything.
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
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

variable "subnet_id" {
  description = "Subnet with a way to the internet; its region is the place that is looked from."
  type        = string
}

variable "instance_type" {
  description = "A worker needs half a gigabyte."
  type        = string
  default     = "t4g.micro"
}

variable "ami_id" {
  description = "An image of Debian 12 or newer, or of Ubuntu 24.04 or newer, with cloud-init."
  type        = string
}

data "aws_subnet" "here" {
  id = var.subnet_id
}

resource "aws_security_group" "worker" {
  name_prefix = "outscope-worker-"
  vpc_id      = data.aws_subnet.here.vpc_id

  egress {
    from_port        = 0
    to_port          = 0
    protocol         = "-1"
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }
}

resource "aws_instance" "worker" {
  ami                         = var.ami_id
  instance_type               = var.instance_type
  subnet_id                   = var.subnet_id
  vpc_security_group_ids      = [aws_security_group.worker.id]
  associate_public_ip_address = true
  user_data                   = module.worker.user_data

  metadata_options {
    http_tokens = "required"
  }

  root_block_device {
    encrypted = true
  }

  lifecycle {
    ignore_changes = [user_data] # a token is good once: a new one makes no new machine
  }
}

output "public_ip" {
  value = aws_instance.worker.public_ip
}
