# One worker on Azure: nobody may reach it, it reaches everything.
terraform {
  required_version = ">= 1.5"
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.0"
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

variable "resource_group_name" {
  description = "An existing resource group."
  type        = string
}

variable "location" {
  description = "The location that is looked from, such as westeurope."
  type        = string
}

variable "subnet_id" {
  description = "Subnet of the machine."
  type        = string
}

variable "ssh_public_key" {
  description = "Azure makes no machine without one; nobody can reach the port."
  type        = string
}

variable "size" {
  description = "A worker needs half a gigabyte."
  type        = string
  default     = "Standard_B1s"
}

resource "azurerm_public_ip" "worker" {
  name                = "outscope-worker"
  resource_group_name = var.resource_group_name
  location            = var.location
  allocation_method   = "Static"
}

resource "azurerm_network_interface" "worker" {
  name                = "outscope-worker"
  resource_group_name = var.resource_group_name
  location            = var.location

  ip_configuration {
    name                          = "worker"
    subnet_id                     = var.subnet_id
    private_ip_address_allocation = "Dynamic"
    public_ip_address_id          = azurerm_public_ip.worker.id
  }
}

resource "azurerm_linux_virtual_machine" "worker" {
  name                  = "outscope-worker"
  resource_group_name   = var.resource_group_name
  location              = var.location
  size                  = var.size
  admin_username        = "operator"
  network_interface_ids = [azurerm_network_interface.worker.id]
  custom_data           = base64encode(module.worker.user_data)

  admin_ssh_key {
    username   = "operator"
    public_key = var.ssh_public_key
  }

  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Standard_LRS"
  }

  source_image_reference {
    publisher = "Debian"
    offer     = "debian-12"
    sku       = "12-gen2"
    version   = "latest"
  }

  lifecycle {
    ignore_changes = [custom_data] # a token is good once: a new one makes no new machine
  }
}

output "public_ip" {
  value = azurerm_public_ip.worker.ip_address
}
